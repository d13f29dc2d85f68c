package io.trapless.script.map;

import java.util.Arrays;

/**
 * Which slots are in use, and a table of open addressing that leads to them. Slots are given out densely from 0 and again after they were freed, so columns of values stay short. Subclasses
 * keep the keys by slot.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
abstract class Slots {
    static final int FIRST_SLOTS = 16;

    /** Slot plus one by hash; 0 is empty. Its length is a power of two, at least twice the number of slots in use. */
    int[] table = new int[2 * FIRST_SLOTS];

    int mask = table.length - 1;

    private boolean[] live = new boolean[FIRST_SLOTS];
    private int[] freed = new int[0];
    private int freedCount;
    private int high;
    private int size;

    /** Slots in use. */
    final int size() {
        return size;
    }

    /** Above every slot that was ever in use. */
    final int high() {
        return high;
    }

    final boolean isLive(int slot) {
        return live[slot];
    }

    /** Where in the table the search for the key of {@code slot} begins. */
    abstract int homeOf(int slot);

    /** Makes room for the keys of {@code count} slots. */
    abstract void resizeKeys(int count);

    abstract void dropKey(int slot);

    /** A slot for a new key; the caller stores the key and calls {@link #link}. */
    final int take() {
        if (2 * (size + 1) > table.length) {
            rehash();
        }
        int slot;
        if (freedCount > 0) {
            slot = freed[--freedCount];
        } else {
            slot = high++;
            if (slot == live.length) {
                live = Arrays.copyOf(live, 2 * slot);
                resizeKeys(2 * slot);
            }
        }
        live[slot] = true;
        size++;
        return slot;
    }

    /** Enters a slot into the table, its key is stored already and not in the table. */
    final void link(int slot) {
        int at = homeOf(slot);
        while (table[at] != 0) {
            at = at + 1 & mask;
        }
        table[at] = slot + 1;
    }

    private void rehash() {
        table = new int[2 * table.length];
        mask = table.length - 1;
        for (int slot = 0; slot < high; slot++) {
            if (live[slot]) {
                link(slot);
            }
        }
    }

    /** Frees a slot. */
    final void release(int slot) {
        unlink(slot);
        live[slot] = false;
        dropKey(slot);
        size--;
        if (freedCount == freed.length) {
            freed = Arrays.copyOf(freed, Math.max(FIRST_SLOTS, 2 * freedCount));
        }
        freed[freedCount++] = slot;
    }

    /** Takes a slot out of the table, and moves up what had to go past it: no gravestones. */
    private void unlink(int slot) {
        int at = homeOf(slot);
        while (table[at] != slot + 1) {
            at = at + 1 & mask;
        }
        int gap = at;
        for (int next = gap + 1 & mask; table[next] != 0; next = next + 1 & mask) {
            int home = homeOf(table[next] - 1);
            // it may move up unless its home lies between the gap and itself
            if ((next - home & mask) >= (next - gap & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
        table[gap] = 0;
    }

    /** Frees all slots. */
    final void clear() {
        Arrays.fill(table, 0);
        for (int slot = 0; slot < high; slot++) {
            if (live[slot]) {
                dropKey(slot);
                live[slot] = false;
            }
        }
        high = 0;
        size = 0;
        freedCount = 0;
    }
}
