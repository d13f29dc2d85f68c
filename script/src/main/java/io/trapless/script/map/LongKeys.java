package io.trapless.script.map;

import java.util.Arrays;

/** Integer keys. Nothing is boxed. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class LongKeys extends Slots {
    /** 2^64 divided by the golden ratio: Knuth's multiplicative hashing. */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long[] keys = new long[FIRST_SLOTS];

    private int home(long key) {
        return (int) ((key * GOLDEN) >>> 33) & mask;
    }

    @Override
    int homeOf(int slot) {
        return home(keys[slot]);
    }

    long keyOf(int slot) {
        return keys[slot];
    }

    /** The slot of {@code key}, or -1. */
    int find(long key) {
        int at = home(key);
        int entry;
        while ((entry = table[at]) != 0) {
            if (keys[entry - 1] == key) {
                return entry - 1;
            }
            at = at + 1 & mask;
        }
        return -1;
    }

    /** A slot for {@code key}, which has none yet. */
    int add(long key) {
        int slot = take();
        keys[slot] = key;
        link(slot);
        return slot;
    }

    @Override
    void resizeKeys(int count) {
        keys = Arrays.copyOf(keys, count);
    }

    @Override
    void dropKey(int slot) {
        keys[slot] = 0;
    }
}
