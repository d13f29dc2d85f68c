package io.trapless.language.slice;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.syntax.BinaryOperatorSyntax;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.StringText;
import io.trapless.language.syntax.UnaryOperatorSyntax;
import io.trapless.language.types.Promotion;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.Objects;

/**
 * The operators' rules, which are bpftrace's. Two are worth knowing: {@code >>} fills with zeros whatever the type, except between written numbers; division of signed numbers, which bpftrace leaves undefined, is C's.
 */
final class OperatorLowering {
    private final Lowering lowering;

    OperatorLowering(Lowering lowering) {
        this.lowering = lowering;
    }

    Operand unary(Expression.Unary unary) {
        if (unary.operator().isIncrement() || unary.operator() == UnaryOperatorSyntax.ADDRESS_OF) {
            throw new Rejected(Problem.NOT_IN_CLAUSE
                    .at(unary.span(), unary.operator().text())
                    .hint("a clause has no variables and no maps"));
        }
        Operand operand = lowering.lower(unary.operand());
        Lowering.requireNoFloat(operand, unary.operand());
        if (unary.operator() == UnaryOperatorSyntax.DEREFERENCE) {
            return lowering.dereference(operand, unary);
        }
        boolean fits = unary.operator() == UnaryOperatorSyntax.NOT
                ? operand.type().isScalar()
                : operand.type() instanceof Type.Int;
        if (!fits) {
            throw new Rejected(
                    Problem.OPERAND_TYPE.at(unary.span(), unary.operator().text(), Lowering.describe(operand.type())));
        }
        if (unary.operator() == UnaryOperatorSyntax.NOT) {
            return new Operand(Folding.unary(UnaryOperator.NOT, operand.value()), Types.BOOL);
        }
        boolean smallest = unary.operand() instanceof Expression.NumberLiteral n && n.value() == Long.MIN_VALUE;
        UnaryOperator operator =
                unary.operator() == UnaryOperatorSyntax.MINUS ? UnaryOperator.NEGATE : UnaryOperator.COMPLEMENT;
        Value value = Folding.unary(operator, operand.value());
        return number(value, smallest || operand.type().isSigned(), operand.written());
    }

    /** A result of arithmetic; on written numbers it is a written number again. */
    private static Operand number(Value value, boolean signed, boolean written) {
        return written && value instanceof Value.Constant c
                ? Operand.number(c.value(), !signed && c.value() < 0)
                : new Operand(value, signed ? Types.INT64 : Types.UINT64);
    }

    Operand binary(Expression.Binary binary) {
        if (binary.operator() == BinaryOperatorSyntax.LOGICAL_AND
                || binary.operator() == BinaryOperatorSyntax.LOGICAL_OR) {
            Value left = lowering.condition(binary.left());
            return new Operand(
                    Folding.binary(operator(binary.operator()), left, lowering.condition(binary.right()), false),
                    Types.BOOL);
        }
        Operand left = lowering.lower(binary.left());
        Operand right = lowering.lower(binary.right());
        Lowering.requireNoFloat(left, binary.left());
        Lowering.requireNoFloat(right, binary.right());
        if (left.type() instanceof Type.Str || right.type() instanceof Type.Str) {
            return strings(binary, left, right);
        }
        if (!left.type().isScalar() || !right.type().isScalar()) {
            throw operands(binary, left, right);
        }
        if (left.type() instanceof Type.Pointer || right.type() instanceof Type.Pointer) {
            return pointers(binary, left, right);
        }
        return numbers(binary, left, right);
    }

    private static Operand numbers(Expression.Binary binary, Operand left, Operand right) {
        BinaryOperator operator = operator(binary.operator());
        boolean divides = operator == BinaryOperator.DIVIDE || operator == BinaryOperator.MODULO;
        if (divides && right.value() instanceof Value.Constant c && c.value() == 0) {
            throw new Rejected(Problem.DIVISION_BY_ZERO.at(binary.right().span()));
        }
        boolean shifts = operator == BinaryOperator.SHIFT_LEFT || operator == BinaryOperator.SHIFT_RIGHT;
        boolean signed = shifts
                ? left.type().isSigned()
                : Promotion.isSigned(left.type(), left.isFlexible(), right.type(), right.isFlexible());
        boolean written = left.written() && right.written();
        if (operator == BinaryOperator.SHIFT_RIGHT && signed && !written) {
            Value shifted = Folding.binary(operator, left.value(), right.value(), false);
            return new Operand(Folding.cast(shifted, 8, true), Types.INT64);
        }
        signed |= operator == BinaryOperator.SUBTRACT;
        Value value = Folding.binary(operator, left.value(), right.value(), signed);
        return operator.isTruth() ? new Operand(value, Types.BOOL) : number(value, signed, written);
    }

    private static Operand pointers(Expression.Binary binary, Operand left, Operand right) {
        BinaryOperator operator = operator(binary.operator());
        if (operator.isTruth()) {
            return new Operand(Folding.binary(operator, left.value(), right.value(), false), Types.BOOL);
        }
        boolean moves = operator == BinaryOperator.ADD || operator == BinaryOperator.SUBTRACT;
        if (moves && left.type() instanceof Type.Pointer pointer && right.type().isNumber()) {
            return moved(Lowering.offsetPointer(left.value(), pointer, right, operator), pointer);
        }
        if (operator == BinaryOperator.ADD
                && right.type() instanceof Type.Pointer pointer
                && left.type().isNumber()) {
            return moved(Lowering.offsetPointer(right.value(), pointer, left, operator), pointer);
        }
        throw operands(binary, left, right);
    }

    private static Operand moved(Value value, Type.Pointer type) {
        return new Operand(Folding.cast(value, 8, false), type);
    }

    private static Operand strings(Expression.Binary binary, Operand left, Operand right) {
        boolean equality =
                binary.operator() == BinaryOperatorSyntax.EQUAL || binary.operator() == BinaryOperatorSyntax.NOT_EQUAL;
        if (!(left.type() instanceof Type.Str) || !(right.type() instanceof Type.Str)) {
            Operand other = left.type() instanceof Type.Str ? right : left;
            Diagnostic diagnostic = operands(binary, left, right).diagnostic();
            throw new Rejected(
                    equality && other.type().isScalar()
                            ? diagnostic.hint("str(POINTER) reads the string behind a pointer")
                            : diagnostic);
        }
        if (!equality || (left.literal() == null && right.literal() == null)) {
            throw new Rejected(Problem.STRING_COMPARISON.at(binary.span()));
        }
        Value equal = left.literal() != null && right.literal() != null
                ? Folding.constant(Arithmetic.truth(left.literal().equals(right.literal())), 1, false)
                : left.literal() != null
                        ? equal(binary, right, left.literal())
                        : equal(binary, left, Objects.requireNonNull(right.literal()));
        boolean negated = binary.operator() == BinaryOperatorSyntax.NOT_EQUAL;
        return new Operand(negated ? Folding.unary(UnaryOperator.NOT, equal) : equal, Types.BOOL);
    }

    private static Value equal(Expression.Binary binary, Operand string, String literal) {
        Value.StringAt at = (Value.StringAt) string.value();
        // A NUL ends a string, so what stands behind one in the literal does not count.
        String compared = literal.indexOf('\0') < 0 ? literal : literal.substring(0, literal.indexOf('\0'));
        int lengthBytes = StringText.bytes(compared).length;
        if (lengthBytes > at.maxBytes()) {
            throw new Rejected(Problem.LITERAL_TOO_LONG
                    .at(binary.span())
                    .hint(
                            lengthBytes < Limits.MAX_STRING_BYTES
                                    ? "give str() a length of " + (lengthBytes + 1) + " or more"
                                    : "compare the beginning, with a shorter str()"));
        }
        return new Value.StringEquals(at, compared);
    }

    Operand ternary(Expression.Ternary ternary) {
        Value condition = lowering.condition(ternary.condition());
        Expression whenTrueExpression = ternary.whenTrue() == null ? ternary.condition() : ternary.whenTrue();
        Operand whenTrue = lowering.lower(whenTrueExpression);
        Operand whenFalse = lowering.lower(ternary.whenFalse());
        Lowering.requireNoFloat(whenTrue, whenTrueExpression);
        Lowering.requireNoFloat(whenFalse, ternary.whenFalse());
        Type type = common(ternary, whenTrue, whenFalse);
        Value value = Folding.conditional(
                condition,
                Lowering.convert(whenTrue, type).value(),
                Lowering.convert(whenFalse, type).value());
        return new Operand(value, type);
    }

    private static Type common(Expression.Ternary ternary, Operand whenTrue, Operand whenFalse) {
        if (whenTrue.type() instanceof Type.Str
                || whenFalse.type() instanceof Type.Str
                || whenTrue.type() instanceof Type.Buf
                || whenFalse.type() instanceof Type.Buf) {
            throw new Rejected(Problem.WHOLE_CAPTURE_ONLY
                    .at(ternary.span(), "a string or buffer")
                    .hint("capture both, or make two clauses with filters"));
        }
        if (whenTrue.type().equals(whenFalse.type())) {
            return whenTrue.type();
        }
        if (whenTrue.type() instanceof Type.Int && whenFalse.type() instanceof Type.Int) {
            boolean signed = Promotion.isSigned(
                    whenTrue.type(), whenTrue.isFlexible(), whenFalse.type(), whenFalse.isFlexible());
            return new Type.Int(
                    signed == whenTrue.type().isSigned()
                                    && signed == whenFalse.type().isSigned()
                            ? Math.max(
                                    whenTrue.type().sizeInBytes(),
                                    whenFalse.type().sizeInBytes())
                            : 8,
                    signed);
        }
        throw new Rejected(Problem.TERNARY_TYPES
                .at(ternary.span(), whenTrue.type().text(), whenFalse.type().text())
                .hint("cast one of them"));
    }

    private static Rejected operands(Expression.Binary binary, Operand left, Operand right) {
        return new Rejected(Problem.OPERAND_TYPES.at(
                binary.span(),
                binary.operator().text(),
                Lowering.describe(left.type()),
                Lowering.describe(right.type())));
    }

    private static BinaryOperator operator(BinaryOperatorSyntax syntax) {
        return switch (syntax) {
            case LOGICAL_OR -> BinaryOperator.LOGICAL_OR;
            case LOGICAL_AND -> BinaryOperator.LOGICAL_AND;
            case OR -> BinaryOperator.OR;
            case XOR -> BinaryOperator.XOR;
            case AND -> BinaryOperator.AND;
            case EQUAL -> BinaryOperator.EQUAL;
            case NOT_EQUAL -> BinaryOperator.NOT_EQUAL;
            case LESS -> BinaryOperator.LESS;
            case LESS_OR_EQUAL -> BinaryOperator.LESS_OR_EQUAL;
            case GREATER -> BinaryOperator.GREATER;
            case GREATER_OR_EQUAL -> BinaryOperator.GREATER_OR_EQUAL;
            case SHIFT_LEFT -> BinaryOperator.SHIFT_LEFT;
            case SHIFT_RIGHT -> BinaryOperator.SHIFT_RIGHT;
            case ADD -> BinaryOperator.ADD;
            case SUBTRACT -> BinaryOperator.SUBTRACT;
            case MULTIPLY -> BinaryOperator.MULTIPLY;
            case DIVIDE -> BinaryOperator.DIVIDE;
            case MODULO -> BinaryOperator.MODULO;
        };
    }
}
