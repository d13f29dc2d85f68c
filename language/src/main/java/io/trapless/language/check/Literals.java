package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.BinaryOperatorSyntax;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.Promotion;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Literals and arithmetic on them. Integers are exact: a result that fits neither an unsigned nor a signed number of 64 bits is none. */
final class Literals {
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private Literals() {}

    /** A number out of a text, as the language writes it. */
    record Parsed(long value, boolean unsigned) {}

    /** The number that a parameter's text is, with a minus perhaps, or null. */
    static @Nullable Parsed parse(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        if (digits.isEmpty() || !Character.isDigit(digits.charAt(0))) {
            return null;
        }
        if (!(Parser.expression(new Source("parameter", digits))
                instanceof Result.Ok<Expression>(Expression.NumberLiteral number))) {
            return null;
        }
        if (!negative) {
            return new Parsed(number.value(), number.unsigned());
        }
        return number.unsigned() && number.value() != Long.MIN_VALUE ? null : new Parsed(-number.value(), false);
    }

    static Term number(long value, boolean unsigned, Span span) {
        Type.Int type = Promotion.ofLiteral(value, unsigned);
        boolean flexible = value >= 0 && !unsigned;
        return Term.literal(new CheckedExpression.NumberConstant(
                value, new Type.Int(type.sizeBytes(), type.signed(), flexible), span));
    }

    static Term truth(boolean value, Span span) {
        return Term.literal(new CheckedExpression.NumberConstant(value ? 1 : 0, Types.BOOL, span));
    }

    static Term text(String text, Span span) {
        return Term.literal(
                new CheckedExpression.TextConstant(text, new Type.Str(StringText.bytes(text).length + 1), span));
    }

    /** The integer that a literal is, exactly. */
    static BigInteger exact(Term term) {
        long value = term.number();
        return term.isNaturalLiteral() && value < 0
                ? new BigInteger(Long.toUnsignedString(value))
                : BigInteger.valueOf(value);
    }

    /** A number as a literal, or null if it does not fit. */
    static @Nullable Term ofExact(BigInteger value, Span span) {
        if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            return null;
        }
        return number(value.longValue(), value.signum() > 0 && value.bitLength() == 64, span);
    }

    /** Whether a literal is taken as true. */
    static boolean isTrue(Term literal) {
        return switch (literal.node()) {
            case CheckedExpression.NumberConstant n -> n.value() != 0;
            case CheckedExpression.TextConstant t -> !t.text().isEmpty();
            default -> true;
        };
    }

    /** {@code left operator right} for two integers; null if the result can't be had. */
    static @Nullable Term integers(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        BigInteger a = exact(left);
        BigInteger b = exact(right);
        return switch (operator) {
            case EQUAL -> truth(a.equals(b), span);
            case NOT_EQUAL -> truth(!a.equals(b), span);
            case LESS -> truth(a.compareTo(b) < 0, span);
            case LESS_OR_EQUAL -> truth(a.compareTo(b) <= 0, span);
            case GREATER -> truth(a.compareTo(b) > 0, span);
            case GREATER_OR_EQUAL -> truth(a.compareTo(b) >= 0, span);
            case LOGICAL_AND -> truth(a.signum() != 0 && b.signum() != 0, span);
            case LOGICAL_OR -> truth(a.signum() != 0 || b.signum() != 0, span);
            case ADD -> ofExact(a.add(b), span);
            case SUBTRACT -> ofExact(a.subtract(b), span);
            case MULTIPLY -> ofExact(a.multiply(b), span);
            case DIVIDE -> b.signum() == 0 ? null : ofExact(a.divide(b), span);
            case MODULO -> b.signum() == 0 ? null : ofExact(a.remainder(b), span);
            case AND -> ofExact(a.and(b), span);
            case OR -> ofExact(a.or(b), span);
            case XOR -> ofExact(a.xor(b), span);
            case SHIFT_LEFT, SHIFT_RIGHT -> shift(operator, a, b, span);
        };
    }

    private static @Nullable Term shift(BinaryOperatorSyntax operator, BigInteger a, BigInteger b, Span span) {
        if (b.signum() < 0 || b.compareTo(BigInteger.valueOf(64)) >= 0) {
            return null;
        }
        if (operator == BinaryOperatorSyntax.SHIFT_RIGHT) {
            return ofExact(a.shiftRight(b.intValue()), span);
        }
        long shifted = a.longValue() << b.intValue();
        return number(shifted, a.signum() >= 0 && shifted < 0, span);
    }

    /** {@code left operator right} for two strings; null if there is no such operation. */
    static @Nullable Term texts(BinaryOperatorSyntax operator, String left, String right, Span span) {
        return switch (operator) {
            case EQUAL -> truth(left.equals(right), span);
            case NOT_EQUAL -> truth(!left.equals(right), span);
            case LESS -> truth(left.compareTo(right) < 0, span);
            case LESS_OR_EQUAL -> truth(left.compareTo(right) <= 0, span);
            case GREATER -> truth(left.compareTo(right) > 0, span);
            case GREATER_OR_EQUAL -> truth(left.compareTo(right) >= 0, span);
            case LOGICAL_AND -> truth(!left.isEmpty() && !right.isEmpty(), span);
            case LOGICAL_OR -> truth(!left.isEmpty() || !right.isEmpty(), span);
            case ADD -> text(left + right, span);
            default -> null;
        };
    }
}
