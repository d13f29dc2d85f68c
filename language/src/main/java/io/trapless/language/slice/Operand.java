package io.trapless.language.slice;

import io.trapless.language.types.Promotion;
import io.trapless.language.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A checked expression.
 *
 * @param value its meaning; for a string literal a placeholder
 * @param literal the contents of a string literal, or null
 * @param written whether it is a number that was written, or arithmetic on such: its type is only the smallest that fits
 */
record Operand(Value value, Type type, @Nullable String literal, boolean written) {
    Operand(Value value, Type type) {
        this(value, type, null, false);
    }

    /** A written number. */
    static Operand number(long number, boolean unsigned) {
        Type.Int type = Promotion.ofLiteral(number, unsigned);
        return new Operand(new Value.Constant(number, type.sizeBytes(), type.signed()), type, null, true);
    }

    static Operand string(String literal) {
        return new Operand(new Value.Constant(0, 8, false), new Type.Str(Limits.MAX_STRING_BYTES + 1), literal, false);
    }

    /** Whether it takes the other side's signedness: a written number that is not negative. */
    boolean isFlexible() {
        return written && value instanceof Value.Constant c && c.value() >= 0;
    }
}
