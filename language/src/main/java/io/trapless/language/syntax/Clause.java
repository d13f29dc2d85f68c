package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A clause of {@code record -e}: {@code PROBE[,PROBE...] [/FILTER/] [{ NAME = EXPR, ... }]}.
 *
 * @param source the text, for the places in later errors
 * @param probes at least one
 * @param filter null if there is none
 * @param fields null if there is no block; a block has at least one
 */
public record Clause(
        Source source,
        List<ProbePattern> probes,
        @Nullable Expression filter,
        @Nullable List<Expression.NamedValue> fields) {
    public Clause {
        probes = List.copyOf(probes);
        fields = fields == null ? null : List.copyOf(fields);
    }
}
