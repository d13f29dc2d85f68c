package io.trapless.script.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keys that are strings, tuples or bytes; equal if {@link Object#equals} says so. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class ObjectKeys extends Slots {
    private static final int GOLDEN = 0x9e3779b9;

    private @Nullable Object[] keys = new @Nullable Object[FIRST_SLOTS];
    private int[] hashes = new int[FIRST_SLOTS];

    private static int hash(Object key) {
        int hash = key.hashCode() * GOLDEN;
        return hash ^ hash >>> 15;
    }

    @Override
    int homeOf(int slot) {
        return hashes[slot] & mask;
    }

    Object keyOf(int slot) {
        Object key = keys[slot];
        if (key == null) {
            throw new IllegalArgumentException("slot " + slot + " is free");
        }
        return key;
    }

    /** The slot of {@code key}, or -1. */
    int find(Object key) {
        int hash = hash(key);
        int at = hash & mask;
        int entry;
        while ((entry = table[at]) != 0) {
            if (hashes[entry - 1] == hash && key.equals(keys[entry - 1])) {
                return entry - 1;
            }
            at = at + 1 & mask;
        }
        return -1;
    }

    /** A slot for {@code key}, which has none yet. */
    int add(Object key) {
        int slot = take();
        keys[slot] = key;
        hashes[slot] = hash(key);
        link(slot);
        return slot;
    }

    @Override
    void resizeKeys(int count) {
        keys = Arrays.copyOf(keys, count);
        hashes = Arrays.copyOf(hashes, count);
    }

    @Override
    void dropKey(int slot) {
        keys[slot] = null;
    }
}
