package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;

/** Casts that a program writes. */
final class Casts {
    private final ActionState state;

    Casts(ActionState state) {
        this.state = state;
    }

    Term cast(Term operand, Type written, Span span) {
        Type from = operand.type();
        Type to = sized(written, from, span);
        if (from instanceof Type.Struct) {
            throw state.fail(span, "Cannot cast from C type \"" + from.text() + "\"");
        }
        if (from instanceof Type.None || from instanceof Type.Nothing) {
            throw state.fail(span, "Cannot cast from \"" + from.text() + "\" type");
        }
        if (to.equals(from)) {
            state.warn(span, "Unnecessary cast: expression is already of type " + from.text());
            return Term.of(retyped(operand.node(), to, span));
        }
        requireMember(operand, to, span);
        CheckedExpression value = Conversions.plain(operand.node());
        CheckedExpression result = switch (to) {
            case Type.Bool _ -> truth(operand, value, from, to, span);
            case Type.Str s
            when from instanceof Type.Str t && s.sizeBytes() >= t.sizeBytes() ->
                convert(Conversion.STRING, value, to, span);
            case Type.Special s
            when s.kind() == Type.Special.Kind.USERNAME && from.isInteger() ->
                convert(Conversion.USERNAME, value, to, span);
            case Type.Array array -> array(value, from, array, span);
            case Type.Pointer _ when value.type().isScalar() -> convert(Conversion.NUMBER, value, to, span);
            case Type t when t.isInteger() -> integer(value, from, to, span);
            default -> throw impossible(from, to, span);
        };
        return to instanceof Type.Bool && operand.literal()
                ? Literals.truth(Literals.isTrue(operand), span)
                : Term.of(result);
    }

    private static CheckedExpression retyped(CheckedExpression node, Type to, Span span) {
        return node instanceof CheckedExpression.NumberConstant
                ? new CheckedExpression.Convert(Conversion.NUMBER, node, to, span)
                : node;
    }

    /** An array without a length takes that of what is cast. */
    private Type sized(Type written, Type from, Span span) {
        if (!(written instanceof Type.Array array) || array.length() != 0) {
            return written;
        }
        int elementBytes = array.element().sizeInBytes();
        if (elementBytes == 0) {
            throw state.fail(span, "Could not determine size of the array");
        }
        int bytes = from.sizeInBytes();
        if (bytes % elementBytes != 0) {
            throw state.fail(
                    span, "Cannot determine array size: the element size is incompatible with the cast integer size");
        }
        return new Type.Array(array.element(), bytes / elementBytes);
    }

    private Stop impossible(Type from, Type to, Span span) {
        return state.fail(span, "Cannot cast from \"" + from.text() + "\" to \"" + to.text() + "\"");
    }

    private void requireMember(Term operand, Type to, Span span) {
        if (to instanceof Type.Enumeration e
                && operand.isNaturalLiteral()
                && e.definition().nameOf(operand.number()) == null) {
            throw state.fail(
                    span,
                    "Enum: " + e.text().replaceFirst("^enum ", "") + " doesn't contain a variant value of "
                            + Long.toUnsignedString(operand.number()));
        }
    }

    private CheckedExpression truth(Term operand, CheckedExpression value, Type from, Type to, Span span) {
        boolean possible = value.type().isScalar() || from instanceof Type.Str;
        if (!possible) {
            throw impossible(operand.type(), to, span);
        }
        return convert(Conversion.TRUTH, value, to, span);
    }

    private CheckedExpression integer(CheckedExpression value, Type from, Type to, Span span) {
        if (from instanceof Type.Array array) {
            if (array.sizeInBytes() != to.sizeInBytes()) {
                throw impossible(from, to, span);
            }
            return convert(Conversion.ARRAY_TO_NUMBER, value, to, span);
        }
        if (!value.type().isScalar() && !TypePromotion.isNumberAggregate(from)) {
            throw impossible(from, to, span);
        }
        return convert(Conversion.NUMBER, value, to, span);
    }

    private CheckedExpression array(CheckedExpression value, Type from, Type.Array to, Span span) {
        Type element = to.element();
        if (!element.isInteger() && !(element instanceof Type.Bool)) {
            throw impossible(from, to, span);
        }
        int bytes = to.sizeInBytes();
        if (from.isInteger()) {
            boolean widens = bytes <= 8 && bytes > from.sizeInBytes();
            if (!widens && bytes != from.sizeInBytes()) {
                throw impossible(from, to, span);
            }
            // A narrower number is extended to the array's size first.
            CheckedExpression wide =
                    widens ? convert(Conversion.NUMBER, value, new Type.Int(8, from.isSigned()), span) : value;
            return convert(Conversion.NUMBER_TO_ARRAY, wide, to, span);
        }
        if (bytes != from.sizeInBytes()) {
            throw impossible(from, to, span);
        }
        return switch (from) {
            case Type.Bool _ -> convert(Conversion.NUMBER_TO_ARRAY, value, to, span);
            case Type.Str _ -> convert(Conversion.STRING_TO_ARRAY, value, to, span);
            default -> throw impossible(from, to, span);
        };
    }

    private static CheckedExpression convert(Conversion conversion, CheckedExpression value, Type to, Span span) {
        return new CheckedExpression.Convert(conversion, value, to, span);
    }
}
