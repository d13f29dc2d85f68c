package io.trapless.language.slice;

/**
 * Operators of two operands, all in 64 bits. {@link #DIVIDE}, {@link #MODULO}, {@link #SHIFT_RIGHT} and the four orders come in a signed and an unsigned form: {@link Value.Binary#signedOperation()}.
 */
public enum BinaryOperator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    /** Division by 0 gives 1, as in bpftrace; {@code Long.MIN_VALUE / -1} gives {@code Long.MIN_VALUE} and never traps. Signed: rounds toward zero. */
    DIVIDE,
    /** {@code a % 0} gives 1, as in bpftrace; {@code Long.MIN_VALUE % -1} is 0 and never traps. Signed: the sign of the left operand. */
    MODULO,
    /** Only the low six bits of the right operand count, as in the machine. */
    SHIFT_LEFT,
    /** Arithmetic if signed, logical if not; only the low six bits of the right operand count. */
    SHIFT_RIGHT,
    AND,
    OR,
    XOR,
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    /** 1 if both are not 0. The right operand is evaluated (and can fault) only if the left is not 0. */
    LOGICAL_AND,
    /** 1 if one is not 0. The right operand is evaluated (and can fault) only if the left is 0. */
    LOGICAL_OR;

    /** Whether the result is 0 or 1. */
    public boolean isTruth() {
        return switch (this) {
            case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, LOGICAL_AND, LOGICAL_OR -> true;
            default -> false;
        };
    }
}
