package io.trapless.language.checked;

import io.trapless.language.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A map of the program.
 *
 * @param index from 0, unique in the program, in the order of first appearance
 * @param name without the {@code @}; empty for the map without a name
 * @param keyType null for a scalar map, which has one entry; a {@link Type.Tuple} where several keys are given
 * @param valueType a {@link Type.Aggregate} for maps that accumulate
 * @param parameters what the aggregate takes beside values
 * @param maxEntries how many entries it holds at most
 * @param storage what happens when it is full
 */
public record MapDescriptor(
        int index,
        String name,
        @Nullable Type keyType,
        Type valueType,
        Parameters parameters,
        long maxEntries,
        Storage storage) {

    /** Whether it has no key. */
    public boolean isScalar() {
        return keyType == null;
    }

    /** The name as it is written and printed: {@code @name}. */
    public String text() {
        return "@" + name;
    }

    /** Constants of an aggregate, the same in all its uses. */
    public sealed interface Parameters {
        /** Nothing. */
        record None() implements Parameters {}

        /**
         * {@code hist}.
         *
         * @param bits 0 to 5: each power of two is cut in 2 to the power of {@code bits} buckets
         */
        record Hist(int bits) implements Parameters {}

        /** {@code lhist}: buckets of {@code step} from {@code min} (inclusive) to {@code max} (exclusive), and one more on each side. */
        record Linear(long min, long max, long step) implements Parameters {}

        /**
         * {@code tseries}.
         *
         * @param intervalNanos length of a bucket
         * @param intervals how many buckets are kept
         * @param function how values of one bucket meet; null: the last one stays
         */
        record TimeSeries(
                long intervalNanos, int intervals, @Nullable SeriesFunction function) implements Parameters {}
    }

    /** How values of one bucket of a time series meet. */
    public enum SeriesFunction {
        AVG,
        MAX,
        MIN,
        SUM
    }

    /** bpftrace's kinds of maps, as far as they differ here. */
    public enum Storage {
        /** What does not fit is dropped, and told. */
        HASH,
        /** The least recently used entry makes room. */
        LRU
    }
}
