package io.trapless.script.runtime;

/** Operators on 64-bit numbers where bpftrace's meaning is not that of the JVM. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class Arithmetic {
    private Arithmetic() {}

    /** Signed division; by 0 it gives 1. */
    public static long divide(long a, long b) {
        return b == 0 ? 1 : a / b;
    }

    /** Unsigned division; by 0 it gives 1. */
    public static long divideUnsigned(long a, long b) {
        return b == 0 ? 1 : Long.divideUnsigned(a, b);
    }

    /** Signed remainder, with the sign of {@code a}; by 0 it gives 1. */
    public static long remainder(long a, long b) {
        return b == 0 ? 1 : a % b;
    }

    /** Unsigned remainder; by 0 it gives 1. */
    public static long remainderUnsigned(long a, long b) {
        return b == 0 ? 1 : Long.remainderUnsigned(a, b);
    }

    /** The low {@code size} bytes of {@code value} in reverse order. */
    public static long swapBytes(long value, int size) {
        return Long.reverseBytes(value) >>> (Long.SIZE - Byte.SIZE * size);
    }
}
