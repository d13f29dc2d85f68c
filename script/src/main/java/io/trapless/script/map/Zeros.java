package io.trapless.script.map;

import io.trapless.language.types.Type;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.util.List;

/** What a variable or an entry holds before anything is assigned to it. */
public final class Zeros {
    private Zeros() {}

    /** The zero of {@code type}, boxed: 0, the empty string, zero bytes, a tuple of zeros. */
    public static Object of(Type type) {
        if (ProgramMap.isNumber(type)) {
            return 0L;
        }
        return switch (type) {
            case Type.Buf _ -> Blob.EMPTY;
            case Type.Array _, Type.Struct _ -> Blob.zeros(type.sizeInBytes());
            case Type.Tuple(List<Type> elements) ->
                new Tuple(elements.stream().map(Zeros::of).toArray());
            case Type.NamedTuple(List<Type.NamedTuple.Field> fields) ->
                new Tuple(fields.stream().map(field -> of(field.type())).toArray());
            case Type.Int _, Type.Bool _, Type.Enumeration _, Type.Pointer _, Type.Aggregate _, Type.Floating _ -> 0L;
            case Type.Str _, Type.Nothing _, Type.None _, Type.Stack _, Type.Special _, Type.Inet _ -> "";
        };
    }
}
