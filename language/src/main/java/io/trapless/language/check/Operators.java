package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.syntax.BinaryOperatorSyntax;
import io.trapless.language.syntax.UnaryOperatorSyntax;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import io.trapless.language.types.Types;
import org.jspecify.annotations.Nullable;

/** Operators of one and two operands: types, constants, and what they become. */
final class Operators {
    private static final String OVERFLOW = "unable to fold literals due to overflow or underflow";

    private final ActionState state;
    private final Conversions conversions;

    Operators(ActionState state, Conversions conversions) {
        this.state = state;
        this.conversions = conversions;
    }

    /** {@code ! ~ -}; the others are looked after elsewhere. */
    Term unary(UnaryOperatorSyntax operator, Term operand, Span span) {
        Type type = operand.type();
        if (operand.literal()) {
            Term folded = foldUnary(operator, operand, span);
            if (folded != null) {
                return folded;
            }
        }
        boolean possible = type.isInteger() || (type instanceof Type.Bool && operator == UnaryOperatorSyntax.NOT);
        if (!possible) {
            throw state.fail(
                    span,
                    "The " + operator.text() + " operator can not be used on expressions of type '" + type.text()
                            + "'");
        }
        if (operator == UnaryOperatorSyntax.NOT) {
            return Term.of(new CheckedExpression.Unary(UnaryOperator.NOT, operand.node(), Types.BOOL, span));
        }
        UnaryOperator meaning = operator == UnaryOperatorSyntax.MINUS ? UnaryOperator.NEGATE : UnaryOperator.COMPLEMENT;
        return Term.of(new CheckedExpression.Unary(meaning, operand.node(), new Type.Int(8, type.isSigned()), span));
    }

    private @Nullable Term foldUnary(UnaryOperatorSyntax operator, Term operand, Span span) {
        if (operator == UnaryOperatorSyntax.NOT && operand.node() instanceof CheckedExpression.NumberConstant) {
            return Literals.truth(!Literals.isTrue(operand), span);
        }
        if (!operand.isIntegerLiteral()) {
            return null;
        }
        if (operator == UnaryOperatorSyntax.COMPLEMENT) {
            // Always taken as unsigned, as bpftrace does.
            return Literals.number(~operand.number(), ~operand.number() < 0, span);
        }
        Term negated = Literals.ofExact(Literals.exact(operand).negate(), span);
        if (negated == null) {
            throw state.fail(span, "negative value will underflow");
        }
        return negated;
    }

    Term binary(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        if (left.literal() && right.literal()) {
            Term folded = fold(operator, left, right, span);
            if (folded != null) {
                return folded;
            }
        }
        Type a = left.type();
        Type b = right.type();
        if (a instanceof Type.Pointer || b instanceof Type.Pointer) {
            return pointers(operator, left, right, span);
        }
        if (isNumber(a) && isNumber(b)) {
            return numbers(operator, left, right, span);
        }
        return compare(operator, left, right, span);
    }

    private static boolean isNumber(Type type) {
        return type.isNumber() || TypePromotion.isNumberAggregate(type);
    }

    private @Nullable Term fold(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        if (left.isTextLiteral() || right.isTextLiteral()) {
            return foldText(operator, left, right, span);
        }
        if (left.isIntegerLiteral() && right.isIntegerLiteral()) {
            Term result = Literals.integers(operator, left, right, span);
            if (result == null) {
                throw state.fail(span, OVERFLOW);
            }
            return result;
        }
        boolean logical = operator == BinaryOperatorSyntax.LOGICAL_AND || operator == BinaryOperatorSyntax.LOGICAL_OR;
        if (left.type() instanceof Type.Bool && right.type() instanceof Type.Bool) {
            return foldTruth(operator, left.number() != 0, right.number() != 0, span);
        }
        if (logical
                && left.node() instanceof CheckedExpression.NumberConstant
                && right.node() instanceof CheckedExpression.NumberConstant) {
            return foldTruth(operator, left.number() != 0, right.number() != 0, span);
        }
        return foldParts(operator, left, right, span);
    }

    private @Nullable Term foldText(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        Term string = left.isTextLiteral() ? left : right;
        Term other = left.isTextLiteral() ? right : left;
        if (other.isTextLiteral()) {
            Term result = Literals.texts(operator, left.text(), right.text(), span);
            if (result == null) {
                throw state.fail(span, "illegal literal operation with strings");
            }
            return result;
        }
        if (operator == BinaryOperatorSyntax.ADD && other.isNaturalLiteral()) {
            // A string plus a number is its tail, as with pointers in C.
            if (Long.compareUnsigned(other.number(), string.text().length()) >= 0) {
                state.warn(span, "literal string will always be empty");
                return Literals.text("", span);
            }
            return Literals.text(string.text().substring((int) other.number()), span);
        }
        return other.type() instanceof Type.Bool
                        && (operator == BinaryOperatorSyntax.LOGICAL_AND || operator == BinaryOperatorSyntax.LOGICAL_OR)
                ? foldTruth(operator, !string.text().isEmpty(), other.number() != 0, span)
                : null;
    }

    private Term foldTruth(BinaryOperatorSyntax operator, boolean a, boolean b, Span span) {
        return Literals.truth(
                switch (operator) {
                    case EQUAL -> a == b;
                    case NOT_EQUAL, XOR -> a != b;
                    case LESS_OR_EQUAL -> !a || b;
                    case GREATER_OR_EQUAL -> a || !b;
                    case LESS, SHIFT_LEFT -> !a && b;
                    case GREATER, SHIFT_RIGHT -> a && !b;
                    case LOGICAL_AND, MULTIPLY, AND -> a && b;
                    case LOGICAL_OR, ADD, OR -> a || b;
                    case SUBTRACT -> a != b;
                    case DIVIDE, MODULO -> {
                        if (!b) {
                            throw state.fail(span, OVERFLOW);
                        }
                        yield operator == BinaryOperatorSyntax.DIVIDE && a;
                    }
                },
                span);
    }

    /** Tuples and records of literals are equal or not at once. */
    private static @Nullable Term foldParts(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        boolean equality = operator == BinaryOperatorSyntax.EQUAL || operator == BinaryOperatorSyntax.NOT_EQUAL;
        Boolean equal = equality ? LiteralEquality.of(left.node(), right.node()) : null;
        return equal == null ? null : Literals.truth(equal == (operator == BinaryOperatorSyntax.EQUAL), span);
    }

    private Stop unusable(BinaryOperatorSyntax operator, Type a, Type b, Span span) {
        return state.fail(
                span,
                "The " + operator.text() + " operator can not be used on expressions of types " + a.text() + ", "
                        + b.text());
    }

    private Term pointers(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        Type a = left.type();
        Type b = right.type();
        BinaryOperator meaning = BinaryOperator.valueOf(operator.name());
        boolean logical = meaning == BinaryOperator.LOGICAL_AND || meaning == BinaryOperator.LOGICAL_OR;
        boolean compares = meaning.isTruth();
        if (a instanceof Type.Pointer p && b instanceof Type.Pointer q) {
            if (!compares) {
                throw unusable(operator, a, b, span);
            }
            if (!logical && !p.target().equals(q.target())) {
                state.warn(Finding.warning(
                                state.place(span),
                                "comparison of distinct pointer types: "
                                        + p.target().text() + ", " + q.target().text())
                        .note("left (" + p.target().text() + ")", state.place(left.span()))
                        .note("right (" + q.target().text() + ")", state.place(right.span())));
            }
            return truth(meaning, left.node(), right.node(), false, span);
        }
        boolean pointerLeft = a instanceof Type.Pointer;
        Type other = pointerLeft ? b : a;
        if (!other.isNumber()) {
            throw unusable(operator, a, b, span);
        }
        if (compares) {
            return truth(meaning, left.node(), right.node(), false, span);
        }
        if (meaning != BinaryOperator.ADD && (meaning != BinaryOperator.SUBTRACT || !pointerLeft)) {
            throw unusable(operator, a, b, span);
        }
        Type.Pointer type = (Type.Pointer) (pointerLeft ? a : b);
        CheckedExpression pointer = pointerLeft ? left.node() : right.node();
        CheckedExpression count = pointerLeft ? right.node() : left.node();
        return Term.of(new CheckedExpression.Binary(
                meaning, pointer, Arithmetics.scaled(count, type.target()), false, type, span));
    }

    private static Term truth(
            BinaryOperator operator, CheckedExpression left, CheckedExpression right, boolean signed, Span span) {
        return Term.of(new CheckedExpression.Binary(operator, left, right, signed, Types.BOOL, span));
    }

    private Term numbers(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        BinaryOperator meaning = BinaryOperator.valueOf(operator.name());
        CheckedExpression a = Conversions.plain(left.node());
        CheckedExpression b = Conversions.plain(right.node());
        if (meaning.isTruth()) {
            Type common = TypePromotion.promote(left.type(), right.type());
            CheckedExpression x = common == null ? null : conversions.convert(left.node(), common);
            CheckedExpression y = common == null ? null : conversions.convert(right.node(), common);
            boolean signed = common != null && common.isSigned();
            return truth(meaning, x == null ? a : x, y == null ? b : y, signed, span);
        }
        if (a.type() instanceof Type.Bool && b.type() instanceof Type.Bool) {
            CheckedExpression number = new CheckedExpression.Binary(meaning, a, b, false, Types.UINT64, span);
            return Term.of(new CheckedExpression.Convert(Conversion.TRUTH, number, Types.BOOL, span));
        }
        boolean aSigned = isSignedBeside(a.type(), b.type());
        boolean bSigned = isSignedBeside(b.type(), a.type());
        boolean sameType =
                aSigned == bSigned && a.type().sizeInBytes() == b.type().sizeInBytes();
        boolean divides = meaning == BinaryOperator.DIVIDE || meaning == BinaryOperator.MODULO;
        if (divides && !sameType && (aSigned || bSigned)) {
            state.warn(
                    span,
                    "signed operands for '" + operator.text()
                            + "' can lead to undefined behavior (cast to unsigned to silence warning)");
        }
        Type result = new Type.Int(8, aSigned || bSigned || meaning == BinaryOperator.SUBTRACT);
        CheckedExpression x = conversions.convert(left.node(), result);
        CheckedExpression y = conversions.convert(right.node(), result);
        // Division and shifts to the right are unsigned, as the kernel's virtual machine has them.
        return Term.of(
                new CheckedExpression.Binary(meaning, x == null ? a : x, y == null ? b : y, false, result, span));
    }

    /** Whether a number counts as signed beside another: a literal takes the other's sign. */
    private static boolean isSignedBeside(Type type, Type other) {
        boolean flexible = type instanceof Type.Int i && i.flexible();
        boolean otherFlexible = other instanceof Type.Int i && i.flexible();
        boolean follows = flexible && !otherFlexible && other.isInteger();
        return follows ? other.isSigned() : type.isSigned();
    }

    /** Everything but numbers and pointers: equal or not. */
    private Term compare(BinaryOperatorSyntax operator, Term left, Term right, Span span) {
        Type a = left.type();
        Type b = right.type();
        boolean equality = operator == BinaryOperatorSyntax.EQUAL || operator == BinaryOperatorSyntax.NOT_EQUAL;
        if (a instanceof Type.Array x && b instanceof Type.Array y) {
            if (!equality) {
                throw state.fail(span, "The " + operator.text() + " operator cannot be used on arrays.");
            }
            if (x.length() != y.length()) {
                throw state.fail(span, "Only arrays of same size support comparison operators.");
            }
            if (!x.element().isInteger() || !a.equals(b)) {
                throw state.fail(span, "Only arrays of same sized integer support comparison operators.");
            }
        } else if (!TypePromotion.isCompatible(a, b)) {
            throw state.fail(state.error(
                            span,
                            "Type mismatch for '" + operator.text() + "': comparing " + a.text() + " with " + b.text())
                    .note("left (" + a.text() + ")", state.place(left.span()))
                    .note("right (" + b.text() + ")", state.place(right.span())));
        } else if (!equality) {
            throw unusable(operator, a, b, span);
        }
        CheckedExpression x = left.node();
        CheckedExpression y = right.node();
        if (a instanceof Type.Tuple || a instanceof Type.NamedTuple) {
            Type common = TypePromotion.promote(a, b);
            CheckedExpression p = common == null ? null : conversions.convert(x, common);
            CheckedExpression q = common == null ? null : conversions.convert(y, common);
            x = p == null ? x : p;
            y = q == null ? y : q;
        }
        return Term.of(
                new CheckedExpression.Compare(x, y, operator == BinaryOperatorSyntax.NOT_EQUAL, Types.BOOL, span));
    }
}
