package io.trapless.language.types;

import io.trapless.language.syntax.TypeName;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The types that need no definition, by their names: bpftrace's, the kernel's short ones, {@code stdint.h}'s, and C's as the System V ABI for x86-64 sizes them.
 */
public final class TypeNames {
    private static final Map<String, Type> TYPES = new TreeMap<>();

    static {
        TYPES.put("bool", Types.BOOL);
        TYPES.put("void", new Type.Nothing());
        for (Type.Int type : new Type.Int[] {
            Types.INT8, Types.INT16, Types.INT32, Types.INT64, Types.UINT8, Types.UINT16, Types.UINT32, Types.UINT64
        }) {
            TYPES.put(type.text(), type);
            TYPES.put(type.text() + "_t", type);
            TYPES.put((type.signed() ? "s" : "u") + 8 * type.sizeBytes(), type);
        }
        TYPES.put("char", Types.INT8);
        TYPES.put("short", Types.INT16);
        TYPES.put("int", Types.INT32);
        TYPES.put("long", Types.INT64);
        TYPES.put("unsigned", Types.UINT32);
        TYPES.put("size_t", Types.UINT64);
        TYPES.put("ssize_t", Types.INT64);
        TYPES.put("intptr_t", Types.INT64);
        TYPES.put("uintptr_t", Types.UINT64);
    }

    private TypeNames() {}

    /** The type that {@code name} means, or null if it is not known or is an array or a defined type. */
    public static @Nullable Type resolve(TypeName name) {
        return switch (name) {
            case TypeName.Named named -> named.tag() == null ? TYPES.get(named.name()) : null;
            case TypeName.Pointer pointer -> {
                Type target = resolve(pointer.target());
                yield target == null ? null : new Type.Pointer(target);
            }
            case TypeName.Array _ -> null;
        };
    }

    /** All names, for suggestions. */
    public static Collection<String> all() {
        return TYPES.keySet();
    }
}
