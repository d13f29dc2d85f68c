package io.trapless.script.runtime;

import io.trapless.language.types.Type;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.ByteText;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.util.Arrays;
import java.util.List;

/** Values of one type as values of another. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class Conversions {
    private Conversions() {}

    /** {@code value} cut to the size of {@code type}, and extended again by its sign or by zeros. */
    public static long narrow(long value, int size, boolean signed) {
        int unused = Long.SIZE - Byte.SIZE * size;
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    /** The low {@code size} bytes of a number. */
    public static Blob toBytes(long value, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> (Byte.SIZE * i));
        }
        return new Blob(bytes);
    }

    /** A string as {@code size} bytes, filled with NULs or cut. */
    public static Blob toBytes(String text, int size) {
        return new Blob(Arrays.copyOf(ByteText.bytes(text), size));
    }

    /** The string in bytes, up to the first NUL. */
    public static String toText(Blob bytes) {
        return ByteText.upToNul(bytes.bytes(), 0, bytes.size());
    }

    /** At most {@code limit} bytes of a buffer. */
    public static Blob limit(Blob bytes, int limit) {
        return bytes.size() <= limit ? bytes : bytes.slice(0, limit);
    }

    /** A tuple or record, element by element as another type of the same form. */
    public static Tuple tuple(Tuple value, Type from, Type to) {
        List<Type> sources = elements(from);
        List<Type> targets = elements(to);
        Object[] result = new Object[targets.size()];
        for (int i = 0; i < result.length; i++) {
            int at = from instanceof Type.NamedTuple named && to instanceof Type.NamedTuple wanted
                    ? named.indexOf(wanted.fields().get(i).name())
                    : i;
            result[i] = element(value.get(at), sources.get(at), targets.get(i));
        }
        return new Tuple(result);
    }

    /** The types of the elements of a tuple or record. */
    public static List<Type> elements(Type type) {
        return switch (type) {
            case Type.Tuple tuple -> tuple.elements();
            case Type.NamedTuple record ->
                record.fields().stream().map(Type.NamedTuple.Field::type).toList();
            default -> List.of();
        };
    }

    private static Object element(Object value, Type from, Type to) {
        if (from.equals(to)) {
            return value;
        }
        return switch (value) {
            case Tuple tuple -> tuple(tuple, from, to);
            case Long number
            when ProgramMap.isNumber(to) ->
                to instanceof Type.Bool
                        ? (Object) (number == 0 ? 0L : 1L)
                        : narrow(number, to.sizeInBytes(), to.isSigned());
            case Long number -> toBytes(number, to.sizeInBytes());
            case String text when to instanceof Type.Str string -> fit(text, string);
            case String text -> toBytes(text, to.sizeInBytes());
            case Blob bytes when to instanceof Type.Buf buffer -> limit(bytes, buffer.maxBytes());
            case Blob bytes when to instanceof Type.Str -> toText(bytes);
            case Blob bytes when ProgramMap.isNumber(to) -> bytes.integer(0, to.sizeInBytes(), to.isSigned());
            default -> value;
        };
    }

    private static String fit(String text, Type.Str type) {
        return type.sizeBytes() == 0 ? text : Texts.fit(text, type.sizeBytes());
    }
}
