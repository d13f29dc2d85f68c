package io.trapless.language.types;

/**
 * How two integers meet, as in bpftrace: arithmetic is done in 64 bits and is signed if one side is; a literal that is not negative takes the signedness of the other side; subtraction always gives a signed number.
 */
public final class Promotion {
    private Promotion() {}

    /**
     * Whether an operation on {@code left} and {@code right} is done on signed numbers.
     *
     * @param leftFlexible whether the left side is a literal that is not negative
     */
    public static boolean isSigned(Type left, boolean leftFlexible, Type right, boolean rightFlexible) {
        if (leftFlexible && rightFlexible) {
            return true;
        }
        if (leftFlexible) {
            return right.isSigned();
        }
        return rightFlexible ? left.isSigned() : left.isSigned() || right.isSigned();
    }

    /** The smallest type that holds a literal: signed if it can be. */
    public static Type.Int ofLiteral(long value, boolean unsigned) {
        if (unsigned) {
            return Types.UINT64;
        }
        if (value == (byte) value) {
            return Types.INT8;
        }
        if (value == (short) value) {
            return Types.INT16;
        }
        return value == (int) value ? Types.INT32 : Types.INT64;
    }
}
