package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import org.jspecify.annotations.Nullable;

/** Whether two literals are the same. */
final class LiteralEquality {
    private LiteralEquality() {}

    /** null if that can't be told of these. */
    static @Nullable Boolean of(CheckedExpression a, CheckedExpression b) {
        return switch (a) {
            case CheckedExpression.NumberConstant x ->
                // A truth value is compared as the number that it is, as where it is not known yet.
                b instanceof CheckedExpression.NumberConstant y ? x.value() == y.value() : null;
            case CheckedExpression.TextConstant x ->
                b instanceof CheckedExpression.TextConstant y && x.text().equals(y.text());
            case CheckedExpression.TupleOf x -> b instanceof CheckedExpression.TupleOf y ? tuples(x, y) : null;
            case CheckedExpression.RecordOf x -> b instanceof CheckedExpression.RecordOf y ? records(x, y) : null;
            default -> null;
        };
    }

    private static @Nullable Boolean tuples(CheckedExpression.TupleOf a, CheckedExpression.TupleOf b) {
        if (a.elements().size() != b.elements().size()) {
            return false;
        }
        for (int i = 0; i < a.elements().size(); i++) {
            Boolean equal = of(a.elements().get(i), b.elements().get(i));
            if (equal == null || !equal) {
                return equal;
            }
        }
        return true;
    }

    private static @Nullable Boolean records(CheckedExpression.RecordOf a, CheckedExpression.RecordOf b) {
        if (a.values().size() != b.values().size()) {
            return false;
        }
        for (int i = 0; i < a.values().size(); i++) {
            String name = a.type().fields().get(a.places().get(i)).name();
            int place = b.type().indexOf(name);
            if (place < 0) {
                return null;
            }
            Boolean equal = of(a.values().get(i), b.values().get(b.places().indexOf(place)));
            if (equal == null || !equal) {
                return equal;
            }
        }
        return true;
    }
}
