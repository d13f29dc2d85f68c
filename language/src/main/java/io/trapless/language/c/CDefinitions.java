package io.trapless.language.c;

import io.trapless.language.types.EnumDefinition;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a program's C defines. It is filled by {@link CReader} and not changed after. */
public final class CDefinitions {
    /**
     * A name of an enumeration's value.
     *
     * @param type the enumeration, 64 bits wide, as bpftrace takes it in expressions
     */
    public record Enumerator(long value, Type.Enumeration type) {}

    final Map<String, StructLayout> structs = new LinkedHashMap<>();
    final Map<String, Type.Enumeration> enumerations = new LinkedHashMap<>();
    final Map<String, Type> typedefs = new LinkedHashMap<>();
    final Map<String, Enumerator> enumerators = new LinkedHashMap<>();
    final Map<String, String> constants = new LinkedHashMap<>();

    /** No definitions. */
    public CDefinitions() {}

    /**
     * The structure or union of that name, or null.
     *
     * @param tagged with its tag: {@code struct foo}
     */
    public @Nullable StructLayout struct(String tagged) {
        return structs.get(tagged);
    }

    /**
     * The enumeration of that name, or null.
     *
     * @param tagged with its tag: {@code enum foo}
     */
    public Type.@Nullable Enumeration enumeration(String tagged) {
        return enumerations.get(tagged);
    }

    /** The type that a {@code typedef} names, or null. */
    public @Nullable Type typedef(String name) {
        return typedefs.get(name);
    }

    /** The enumeration's value of that name, or null. */
    public @Nullable Enumerator enumerator(String name) {
        return enumerators.get(name);
    }

    /** The text that a {@code #define} without parameters gives a name, or null. */
    public @Nullable String constant(String name) {
        return constants.get(name);
    }

    /** All enumerations. */
    public List<EnumDefinition> enumDefinitions() {
        List<EnumDefinition> all = new ArrayList<>();
        enumerations.values().forEach(e -> all.add(e.definition()));
        return Collections.unmodifiableList(all);
    }
}
