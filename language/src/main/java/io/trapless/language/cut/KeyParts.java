package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The expressions that make a map's key. */
final class KeyParts {
    private KeyParts() {}

    /** In order; none for a scalar map. */
    static List<CheckedExpression> of(@Nullable CheckedExpression key) {
        return switch (key) {
            case null -> List.of();
            case CheckedExpression.TupleOf t -> t.elements();
            default -> List.of(key);
        };
    }
}
