package io.trapless.script.map;

import java.util.Arrays;

/**
 * The buckets of one histogram. Those of {@code hist} are logarithmic with {@code bits} more bits of precision: bucket 0 takes what is negative, and each power of two above is cut into
 * {@code 1 << bits} buckets of equal width. Those of {@code lhist} are linear: bucket 0 takes what is below the minimum, the last what is not below the maximum.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class Buckets {
    private static final int FIRST_BUCKETS = 32;

    private long[] counts = new long[FIRST_BUCKETS];

    /** The bucket of {@code value} in a logarithmic histogram. */
    static int logarithmic(long value, int bits) {
        if (value < 0) {
            return 0;
        }
        if (value < 1L << bits) {
            return (int) value + 1;
        }
        int power = 63 - Long.numberOfLeadingZeros(value) - bits;
        int part = (int) (value >>> power) & (1 << bits) - 1;
        return ((power + 1) << bits) + part + 1;
    }

    /** The smallest value of bucket {@code index + 1} of a logarithmic histogram, for {@code index} of {@code 1 << bits} or more. */
    static long logarithmicBound(int index, int bits) {
        int parts = 1 << bits;
        int power = (index >> bits) - 1;
        return (long) (parts + (index & parts - 1)) << power;
    }

    /** The bucket of {@code value} in a linear histogram. */
    static int linear(long value, long min, long max, long step) {
        if (value < min) {
            return 0;
        }
        return (int) (1 + (Math.min(value, max) - min) / step);
    }

    void add(int bucket) {
        add(bucket, 1);
    }

    void add(int bucket, long events) {
        if (bucket >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(bucket + 1, 2 * counts.length));
        }
        counts[bucket] += events;
    }

    void zero() {
        Arrays.fill(counts, 0);
    }

    long count(int bucket) {
        return counts[bucket];
    }

    long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** The first bucket that is not empty, or -1. */
    int first() {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                return i;
            }
        }
        return -1;
    }

    /** The last bucket that is not empty, or -1. */
    int last() {
        for (int i = counts.length - 1; i >= 0; i--) {
            if (counts[i] != 0) {
                return i;
            }
        }
        return -1;
    }
}
