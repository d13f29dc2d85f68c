package io.trapless.language.types;

import java.util.Locale;

/** What a map entry accumulates. */
public enum AggregateKind {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX,
    STATS,
    HIST,
    LHIST,
    TSERIES;

    /** The function that feeds it. */
    public String function() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it has a plain number as its value, which a cast or a comparison yields. */
    public boolean isNumber() {
        return switch (this) {
            case COUNT, SUM, AVG, MIN, MAX -> true;
            case STATS, HIST, LHIST, TSERIES -> false;
        };
    }
}
