package io.trapless.script.compile;

import io.trapless.language.types.Type;
import io.trapless.script.map.ProgramMap;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/** How values of a type lie in locals and on the operand stack. */
@SuppressWarnings("ImmutableEnumChecker") // a ClassDesc never changes
enum Form {
    NUMBER(ConstantDescs.CD_long, TypeKind.LONG),
    TEXT(ConstantDescs.CD_String, TypeKind.REFERENCE),
    BYTES(Names.BLOB, TypeKind.REFERENCE),
    TUPLE(Names.TUPLE, TypeKind.REFERENCE),
    OBJECT(ConstantDescs.CD_Object, TypeKind.REFERENCE),
    /** No value at all. */
    NOTHING(ConstantDescs.CD_void, TypeKind.VOID);

    @SuppressWarnings("ImmutableEnumChecker") // ClassDesc is immutable by contract
    private final ClassDesc type;

    private final TypeKind kind;

    Form(ClassDesc type, TypeKind kind) {
        this.type = type;
        this.kind = kind;
    }

    /** The JVM's type. */
    ClassDesc type() {
        return type;
    }

    TypeKind kind() {
        return kind;
    }

    static Form of(Type type) {
        if (ProgramMap.isNumber(type)) {
            return NUMBER;
        }
        return switch (type) {
            case Type.Int _, Type.Bool _, Type.Enumeration _, Type.Pointer _, Type.Floating _, Type.Aggregate _ ->
                NUMBER;
            case Type.Str _, Type.Inet _ -> TEXT;
            case Type.Buf _, Type.Array _, Type.Struct _ -> BYTES;
            case Type.Tuple _, Type.NamedTuple _ -> TUPLE;
            case Type.Stack _ -> OBJECT;
            case Type.Special(Type.Special.Kind kind) -> kind == Type.Special.Kind.MAC_ADDRESS ? TEXT : OBJECT;
            case Type.Nothing _, Type.None _ -> NOTHING;
        };
    }
}
