package io.trapless.language.slice;

import io.trapless.language.types.AggregateKind;
import org.jspecify.annotations.Nullable;

/**
 * What a table in shared memory has to keep.
 *
 * @param kind what is accumulated; not {@link AggregateKind#TSERIES}
 * @param keyCount the numbers that make a key; 0: one entry only
 * @param signed whether values are compared as signed numbers
 * @param buckets of {@code hist} and {@code lhist}, else null
 * @param maxEntries keys that it should have room for
 */
public record TableShape(
        AggregateKind kind,
        int keyCount,
        boolean signed,
        @Nullable Buckets buckets,
        long maxEntries) {
    /** How values are put in buckets. */
    public sealed interface Buckets {
        /** The number of buckets. */
        long count();

        /** Bucket 0 for what is negative, then each power of two in {@code 1 << bits} parts. */
        record Logarithmic(int bits) implements Buckets {
            @Override
            public long count() {
                return ((64L - bits) << bits) + 1;
            }
        }

        /** Bucket 0 for what is below {@code min}, then one for each {@code step}, the last for {@code max} and above. */
        record Linear(long min, long max, long step) implements Buckets {
            @Override
            public long count() {
                return 2 + (max - min) / step;
            }
        }
    }

    public TableShape {
        boolean histogram = kind == AggregateKind.HIST || kind == AggregateKind.LHIST;
        if (kind == AggregateKind.TSERIES || keyCount < 0 || histogram != (buckets != null)) {
            throw new IllegalArgumentException(kind + " with " + keyCount + " keys and " + buckets);
        }
    }
}
