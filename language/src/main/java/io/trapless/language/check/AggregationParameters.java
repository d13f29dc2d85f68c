package io.trapless.language.check;

import io.trapless.language.checked.MapDescriptor.Parameters;
import io.trapless.language.checked.MapDescriptor.SeriesFunction;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.AggregateKind;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The constants of {@code hist}, {@code lhist} and {@code tseries}. */
final class AggregationParameters {
    private static final long MAX_BUCKETS = 1000;
    private static final long MAX_INTERVALS = 1_000_000;

    private final ActionState state;
    private final Expression.Call call;

    AggregationParameters(ActionState state, Expression.Call call) {
        this.state = state;
        this.call = call;
    }

    Parameters read(AggregateKind kind, List<Term> arguments) {
        return switch (kind) {
            case HIST -> hist(arguments);
            case LHIST -> linear(arguments);
            case TSERIES -> series(arguments);
            default -> new Parameters.None();
        };
    }

    private Stop fail(String message) {
        return state.fail(call.span(), message);
    }

    private Parameters hist(List<Term> arguments) {
        if (arguments.size() == 1) {
            return new Parameters.Hist(0);
        }
        Term bits = arguments.get(1);
        if (!bits.isNaturalLiteral()) {
            throw fail("hist() expects a int literal (" + bits.type().family() + " provided)");
        }
        if (Long.compareUnsigned(bits.number(), 5) > 0) {
            throw fail("hist: bits " + Long.toUnsignedString(bits.number()) + " must be 0..5");
        }
        return new Parameters.Hist((int) bits.number());
    }

    private Parameters linear(List<Term> arguments) {
        long min = natural(arguments.get(1), "min", "lhist: invalid min value (must be non-negative literal)");
        long max = natural(arguments.get(2), "max", "lhist: invalid max value (must be non-negative literal)");
        long step = natural(arguments.get(3), "step", "lhist: invalid step value");
        if (step <= 0) {
            throw fail("lhist() step must be >= 1 (" + step + " provided)");
        }
        if (min > max) {
            throw fail("lhist() min must be less than max (provided min " + min + " and max " + max + ")");
        }
        long buckets = (max - min) / step;
        if (buckets > MAX_BUCKETS) {
            throw fail("lhist() too many buckets, must be <= 1000 (would need " + buckets + ")");
        }
        if (max - min < step) {
            throw fail("lhist() step is too large for the given range (provided step " + step + " for range "
                    + (max - min) + ")");
        }
        return new Parameters.Linear(min, max, step);
    }

    private long natural(Term term, String what, String message) {
        if (!term.isNaturalLiteral()) {
            throw fail(message);
        }
        if (term.number() < 0) {
            throw fail(call.function() + "() " + what + " is too large");
        }
        return term.number();
    }

    private Parameters series(List<Term> arguments) {
        long interval = natural(
                arguments.get(1), "interval_ns", "tseries: invalid interval_ns value (must be non-negative literal)");
        long intervals = natural(
                arguments.get(2),
                "num_intervals",
                "tseries: invalid num_intervals value (must be non-negative literal)");
        if (interval <= 0) {
            throw fail("tseries() interval_ns must be >= 1 (" + interval + " provided)");
        }
        if (intervals <= 0) {
            throw fail("tseries() num_intervals must be >= 1 (" + intervals + " provided)");
        }
        if (intervals > MAX_INTERVALS) {
            throw fail("tseries() num_intervals must be < 1000000 (" + intervals + " provided)");
        }
        SeriesFunction function = arguments.size() > 3 ? function(arguments.get(3)) : null;
        return new Parameters.TimeSeries(interval, (int) intervals, function);
    }

    private @Nullable SeriesFunction function(Term term) {
        if (!term.isTextLiteral()) {
            throw fail("tseries() expects a string literal (" + term.type().family() + " provided)");
        }
        for (SeriesFunction function : SeriesFunction.values()) {
            if (function.name().toLowerCase(Locale.ROOT).equals(term.text())) {
                return function;
            }
        }
        throw fail("tseries() expects one of the following aggregation functions: avg, max, min, sum (\"" + term.text()
                + "\" provided)");
    }
}
