package io.trapless.script.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes of a target: a buffer, a C structure or a C array, little-endian. Immutable: nobody may change the array after it was handed over. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class Blob {
    /** No bytes at all: what a buffer or a structure is that could not be read. */
    public static final Blob EMPTY = new Blob(new byte[0]);

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private final byte[] bytes;

    /**
     * @param bytes kept, not copied
     */
    public Blob(byte[] bytes) {
        this.bytes = bytes;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** A blob of {@code size} zeros. */
    public static Blob zeros(int size) {
        return new Blob(new byte[size]);
    }

    /** The bytes; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return bytes.length;
    }

    /**
     * The integer at {@code offset}, extended to 64 bits; 0 if it does not lie wholly inside.
     *
     * @param size 1 to 8
     */
    public long integer(long offset, int size, boolean signed) {
        if (offset < 0 || offset > bytes.length - size) {
            return 0;
        }
        int at = (int) offset;
        return switch (size) {
            case 1 -> signed ? bytes[at] : bytes[at] & 0xff;
            case 2 -> {
                short value = (short) SHORTS.get(bytes, at);
                yield signed ? value : value & 0xffff;
            }
            case 4 -> {
                int value = (int) INTS.get(bytes, at);
                yield signed ? value : value & 0xffffffffL;
            }
            case 8 -> (long) LONGS.get(bytes, at);
            default -> odd(at, size);
        };
    }

    private long odd(int at, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /** The {@code size} bytes at {@code offset}; what lies outside is 0. */
    public Blob slice(long offset, int size) {
        byte[] part = new byte[size];
        if (offset >= 0 && offset < bytes.length) {
            System.arraycopy(bytes, (int) offset, part, 0, (int) Math.min(size, bytes.length - offset));
        }
        return new Blob(part);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Blob blob && Arrays.equals(bytes, blob.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Arrays.toString(bytes);
    }
}
