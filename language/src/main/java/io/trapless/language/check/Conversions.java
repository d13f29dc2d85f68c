package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversions that a program does not write: where a value goes into something that already has a type. */
final class Conversions {
    private final ActionState state;

    Conversions(ActionState state) {
        this.state = state;
    }

    /** {@code value} as a {@code target}, or null if only a cast could make it one. Warns where a number may not survive. */
    @Nullable CheckedExpression convert(CheckedExpression value, Type target) {
        Type type = value.type();
        if (type.equals(target)) {
            return value;
        }
        if (type instanceof Type.Aggregate a && target instanceof Type.Aggregate b && a.kind() == b.kind()) {
            return value;
        }
        boolean number = type.isInteger() || TypePromotion.isNumberAggregate(type);
        if (number && target.isInteger()) {
            return number(value, target);
        }
        return switch (target) {
            case Type.Str t when type instanceof Type.Str s -> string(value, s, t);
            case Type.Tuple t when type instanceof Type.Tuple s -> tuple(value, s, t);
            case Type.NamedTuple t when type instanceof Type.NamedTuple s -> record(value, s, t);
            case Type.Pointer _
            when type instanceof Type.Pointer ->
                new CheckedExpression.Convert(Conversion.NUMBER, value, target, value.span());
            case Type.Buf _
            when type instanceof Type.Buf ->
                new CheckedExpression.Convert(Conversion.BUFFER, value, target, value.span());
            default -> null;
        };
    }

    private @Nullable CheckedExpression number(CheckedExpression value, Type target) {
        if (value instanceof CheckedExpression.NumberConstant n && n.type() instanceof Type.Int) {
            return fits(n, target) ? new CheckedExpression.NumberConstant(n.value(), target, n.span()) : null;
        }
        CheckedExpression plain = plain(value);
        if (!TypePromotion.isNumberAggregate(value.type()) && !TypePromotion.fits(value.type(), target)) {
            state.warn(
                    value.span(),
                    "Expression of type: " + value.type().text() + " being cast to type: " + target.text()
                            + ". This may cause unexpected results. Use an explicit cast to suppress this warning.");
        }
        return plain.type().equals(target)
                ? plain
                : new CheckedExpression.Convert(Conversion.NUMBER, plain, target, value.span());
    }

    /** An accumulator's number; all else as it is. */
    static CheckedExpression plain(CheckedExpression value) {
        return value.type() instanceof Type.Aggregate a
                ? new CheckedExpression.Convert(
                        Conversion.AGGREGATE_TO_NUMBER, value, new Type.Int(8, a.signed()), value.span())
                : value;
    }

    private static boolean fits(CheckedExpression.NumberConstant number, Type target) {
        boolean negative = number.type().isSigned() && number.value() < 0;
        BigInteger value =
                negative ? BigInteger.valueOf(number.value()) : new BigInteger(Long.toUnsignedString(number.value()));
        int bits = 8 * target.sizeInBytes();
        return target.isSigned() ? value.bitLength() < bits : value.signum() >= 0 && value.bitLength() <= bits;
    }

    private static @Nullable CheckedExpression string(CheckedExpression value, Type.Str from, Type.Str to) {
        if (from.sizeBytes() > to.sizeBytes()) {
            return null;
        }
        return value instanceof CheckedExpression.TextConstant t
                ? new CheckedExpression.TextConstant(t.text(), to, t.span())
                : new CheckedExpression.Convert(Conversion.STRING, value, to, value.span());
    }

    private @Nullable CheckedExpression tuple(CheckedExpression value, Type.Tuple from, Type.Tuple to) {
        int count = from.elements().size();
        if (count != to.elements().size()) {
            return null;
        }
        if (value instanceof CheckedExpression.TupleOf literal) {
            List<CheckedExpression> elements = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                CheckedExpression element =
                        convert(literal.elements().get(i), to.elements().get(i));
                if (element == null) {
                    return null;
                }
                elements.add(element);
            }
            return new CheckedExpression.TupleOf(elements, to, value.span());
        }
        for (int i = 0; i < count; i++) {
            // Looks for warnings and for what can't be converted.
            Type element = from.elements().get(i);
            if (convert(
                            new CheckedExpression.Element(value, i, element, value.span()),
                            to.elements().get(i))
                    == null) {
                return null;
            }
        }
        return new CheckedExpression.Convert(Conversion.TUPLE, value, to, value.span());
    }

    private @Nullable CheckedExpression record(CheckedExpression value, Type.NamedTuple from, Type.NamedTuple to) {
        if (from.fields().size() != to.fields().size()) {
            return null;
        }
        List<CheckedExpression> values = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        CheckedExpression.@Nullable RecordOf literal = value instanceof CheckedExpression.RecordOf r ? r : null;
        for (int i = 0; i < from.fields().size(); i++) {
            int index = literal == null ? i : literal.places().get(i);
            Type.NamedTuple.Field field = from.fields().get(index);
            int target = to.indexOf(field.name());
            if (target < 0) {
                return null;
            }
            CheckedExpression element = convert(
                    literal == null
                            ? new CheckedExpression.Element(value, i, field.type(), value.span())
                            : literal.values().get(i),
                    to.fields().get(target).type());
            if (element == null) {
                return null;
            }
            values.add(element);
            places.add(target);
        }
        return literal == null
                ? new CheckedExpression.Convert(Conversion.RECORD, value, to, value.span())
                : new CheckedExpression.RecordOf(values, places, to, value.span());
    }
}
