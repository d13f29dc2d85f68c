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

    long removeLast() {
        return values[--size];
    }

    /** Its values, ascending, each once; the list is left empty. */
    long[] drainSorted() {
        Arrays.sort(values, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || values[kept - 1] != values[i]) {
                values[kept++] = values[i];
            }
        }
        size = 0;
        return Arrays.copyOf(values, kept);
    }
}
