package io.trapless.script.map;

import io.trapless.language.checked.MapDescriptor.SeriesFunction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last intervals of one time series, in a ring: an interval replaces the one that lies a whole ring before it. */
final class TimeBuckets {
    /** No interval has this number. */
    private static final long EMPTY = -1;

    private final long[] epochs;
    private final long[] values;
    private final long[] counts;

    /**
     * @param intervals how many are kept
     */
    TimeBuckets(int intervals) {
        epochs = new long[intervals];
        values = new long[intervals];
        counts = new long[intervals];
        zero();
    }

    /**
     * Takes a value in.
     *
     * @param epoch the number of the interval since 1970
     * @param function null: the last value stays
     */
    void add(long epoch, long value, @Nullable SeriesFunction function, boolean signed) {
        int at = (int) (epoch % epochs.length);
        if (epochs[at] != epoch) {
            epochs[at] = epoch;
            values[at] = value;
            counts[at] = 1;
            return;
        }
        counts[at]++;
        boolean less = signed ? value < values[at] : Long.compareUnsigned(value, values[at]) < 0;
        switch (function) {
            case null -> values[at] = value;
            case SUM, AVG -> values[at] += value;
            case MIN -> values[at] = less ? value : values[at];
            case MAX -> values[at] = less ? values[at] : value;
        }
    }

    void zero() {
        Arrays.fill(epochs, EMPTY);
    }

    /** The newest interval, or -1 if nothing came in yet. */
    long newest() {
        long newest = EMPTY;
        for (long epoch : epochs) {
            newest = Math.max(newest, epoch);
        }
        return newest;
    }

    /** Whether something came in during that interval and is kept. */
    boolean has(long epoch) {
        return epoch >= 0 && epochs[(int) (epoch % epochs.length)] == epoch;
    }

    /** What the interval amounts to; {@link #has} has to be true. */
    long value(long epoch, @Nullable SeriesFunction function, boolean signed) {
        int at = (int) (epoch % epochs.length);
        if (function != SeriesFunction.AVG) {
            return values[at];
        }
        return signed ? values[at] / counts[at] : Long.divideUnsigned(values[at], counts[at]);
    }
}
