package io.trapless.language.slice;

/** Operators of one operand. */
public enum UnaryOperator {
    /** Two's complement negation in 64 bits. */
    NEGATE,
    /** All bits inverted, in 64 bits. */
    COMPLEMENT,
    /** 1 if the operand is 0, else 0. */
    NOT
}
