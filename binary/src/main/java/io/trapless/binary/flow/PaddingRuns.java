package io.trapless.binary.flow;

import java.util.Arrays;

/** Stretches of nops and int3 that no instruction runs into; a branch may still enter one. Immutable. */
final class PaddingRuns {
    private final long[] starts;
    private final long[] ends;

    /**
     * @param bounds starts and ends, by turns, ascending
     */
    PaddingRuns(long[] bounds) {
        starts = new long[bounds.length / 2];
        ends = new long[bounds.length / 2];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = bounds[2 * i];
            ends[i] = bounds[2 * i + 1];
        }
    }

    int size() {
        return starts.length;
    }

    /** The index of the first run that ends behind an address; {@link #size} if none does. */
    int firstEndingAfter(long address) {
        int found = Arrays.binarySearch(ends, address);
        return found >= 0 ? found + 1 : -found - 1;
    }

    long start(int index) {
        return starts[index];
    }

    long end(int index) {
        return ends[index];
    }
}
