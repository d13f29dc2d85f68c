package io.trapless.binary.flow;

import java.util.Arrays;

/** A growing list of addresses, without boxes. */
final class AddressList {
    private long[] values = new long[64];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long last() {
        return values[size - 1];
    }

    long removeLast() {
        return values[--size];
    }

    /** A copy of its values as they were added. */
    long[] toArray() {
        return Arrays.copyOf(values, size);
    }

    /** Its values, ascending, each once; the list is left empty. */
    long[] drainSorted() {
        long[] sorted = toSortedArray();
        size = 0;
        return sorted;
    }

    /** Its values, ascending, each once. */
    long[] toSortedArray() {
        long[] sorted = toArray();
        Arrays.sort(sorted);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || sorted[kept - 1] != sorted[i]) {
                sorted[kept++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, kept);
    }
}
