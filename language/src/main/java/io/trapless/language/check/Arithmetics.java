package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;

/** Addresses: offsets and elements. */
final class Arithmetics {
    private Arithmetics() {}

    /** {@code count} times the size of what a pointer points to. */
    static CheckedExpression scaled(CheckedExpression count, Type target) {
        long size = Math.max(1, target.sizeInBytes());
        if (size == 1) {
            return count;
        }
        if (count instanceof CheckedExpression.NumberConstant n) {
            return new CheckedExpression.NumberConstant(n.value() * size, Types.INT64, n.span());
        }
        return new CheckedExpression.Binary(
                BinaryOperator.MULTIPLY,
                count,
                new CheckedExpression.NumberConstant(size, Types.INT64, count.span()),
                false,
                Types.INT64,
                count.span());
    }

    /** An address moved by a number of bytes. */
    static CheckedExpression offset(CheckedExpression address, long bytes, Type.Pointer type, Span span) {
        if (bytes == 0) {
            return address.type().equals(type)
                    ? address
                    : new CheckedExpression.Convert(CheckedExpression.Conversion.NUMBER, address, type, span);
        }
        if (address instanceof CheckedExpression.Binary b
                && b.operator() == BinaryOperator.ADD
                && b.type() instanceof Type.Pointer
                && b.right() instanceof CheckedExpression.NumberConstant n) {
            CheckedExpression sum = new CheckedExpression.NumberConstant(n.value() + bytes, Types.INT64, span);
            return new CheckedExpression.Binary(BinaryOperator.ADD, b.left(), sum, false, type, span);
        }
        CheckedExpression number = new CheckedExpression.NumberConstant(bytes, Types.INT64, span);
        return new CheckedExpression.Binary(BinaryOperator.ADD, address, number, false, type, span);
    }

    /** An address moved by a number of elements. */
    static CheckedExpression element(CheckedExpression address, CheckedExpression index, Type element, Span span) {
        Type.Pointer type = new Type.Pointer(element);
        if (index instanceof CheckedExpression.NumberConstant n) {
            return offset(address, n.value() * Math.max(1, element.sizeInBytes()), type, span);
        }
        return new CheckedExpression.Binary(BinaryOperator.ADD, address, scaled(index, element), false, type, span);
    }
}
