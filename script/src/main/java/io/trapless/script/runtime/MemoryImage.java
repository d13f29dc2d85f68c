package io.trapless.script.runtime;

import io.trapless.language.types.Type;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.map.Zeros;
import io.trapless.script.output.ByteText;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.util.List;

/** Values as the bytes that they would be in the memory of a C program, and back: tuples lie as structures of C. */
public final class MemoryImage {
    private MemoryImage() {}

    /** The bytes of a value. */
    public static byte[] of(Type type, Object value) {
        byte[] bytes = new byte[size(type, value)];
        put(bytes, 0, type, value);
        return bytes;
    }

    private static int size(Type type, Object value) {
        if (value instanceof String text && type.sizeInBytes() == 0) {
            return text.length() + 1;
        }
        return value instanceof Blob blob ? blob.size() : type.sizeInBytes();
    }

    private static void put(byte[] bytes, int offset, Type type, Object value) {
        switch (value) {
            case Long number ->
                copy(Conversions.toBytes(number, type.sizeInBytes()).bytes(), bytes, offset);
            case String text -> copy(ByteText.bytes(text), bytes, offset);
            case Blob blob -> copy(blob.bytes(), bytes, offset);
            case Tuple tuple -> {
                List<Type> types = Conversions.elements(type);
                int at = offset;
                for (int i = 0; i < types.size(); i++) {
                    at = offset + roundUp(at - offset, types.get(i).alignBytes());
                    put(bytes, at, types.get(i), tuple.get(i));
                    at += types.get(i).sizeInBytes();
                }
            }
            default -> {}
        }
    }

    private static void copy(byte[] from, byte[] to, int offset) {
        System.arraycopy(from, 0, to, offset, Math.min(from.length, to.length - offset));
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    /** The value of {@code type} that {@code bytes} hold at {@code offset}, boxed. */
    public static Object read(Blob bytes, long offset, Type type) {
        int size = type.sizeInBytes();
        if (ProgramMap.isNumber(type)) {
            return bytes.integer(offset, size, type.isSigned());
        }
        return switch (type) {
            case Type.Str _ -> Conversions.toText(bytes.slice(offset, size));
            case Type.Buf _, Type.Array _, Type.Struct _ -> bytes.slice(offset, size);
            case Type.Tuple _, Type.NamedTuple _ -> {
                List<Type> types = Conversions.elements(type);
                Object[] elements = new Object[types.size()];
                int at = 0;
                for (int i = 0; i < elements.length; i++) {
                    at = roundUp(at, types.get(i).alignBytes());
                    elements[i] = read(bytes, offset + at, types.get(i));
                    at += types.get(i).sizeInBytes();
                }
                yield new Tuple(elements);
            }
            default -> Zeros.of(type);
        };
    }

    /** {@code memcmp}: 0, or the difference of the first two bytes that differ. */
    public static long compare(Type leftType, Object left, Type rightType, Object right, long count) {
        byte[] a = of(leftType, left);
        byte[] b = of(rightType, right);
        for (int i = 0; i < count; i++) {
            int difference = (i < a.length ? a[i] & 0xff : 0) - (i < b.length ? b[i] & 0xff : 0);
            if (difference != 0) {
                return difference;
            }
            if (i >= a.length && i >= b.length) {
                break;
            }
        }
        return 0;
    }
}
