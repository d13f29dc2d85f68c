package io.trapless.layout;

/**
 * A table in which trampolines of one CPU keep an aggregation: slots of equal size, one for each key. All tables of a CPU lie in one area, {@code stride} bytes from that of the next CPU; the areas begin
 * behind the mirrors at {@link SessionHeaderDescriptor#tablesOffset}. Which table lies where in an area, and how large its slots are, is known to the tracer alone: it compiles it into the trampolines.
 *
 * <pre>
 *   offset     size  field    meaning                                             written by             read by
 *   ------     ----  -------  --------------------------------------------------  ---------------------  -----------------
 *        0        8  state    {@link #FREE} or {@link #USED}                      trampolines, once      both
 *        8    8 * K  keys     the numbers that make the key, extended to 8 bytes  trampolines, once      both
 *  8 + 8*K    8 * W  value    see below                                           trampolines            both
 *
 *   count                     the number of events
 *   min, max                  the extreme value
 *   sum, avg, stats           u64 events, then the totals {@link #TOTALS} times:
 *                             the total of all events is totals[events % TOTALS]
 *   hist, lhist               one counter a bucket
 * </pre>
 *
 * <p><b>Writers</b> run on the table's own CPU in one restartable sequence, which ends in one store:
 *
 * <ul>
 *   <li>of a key that is there: the new counter, the new extreme, or, with the new total written to the place that no reader looks at yet, the new number of events;
 *   <li>of a new key: {@code state}, when key and first value are written.
 * </ul>
 *
 * So an event is in a table as a whole or not at all. A key is looked for from its home slot on, in {@link #PROBES} slots at most; if it is in none of them and none is free, the event is recorded in a ring.
 * The last home slot is {@code PROBES - 1} slots before the table's end. A table without keys is one slot, whose {@code state} only min and max need.
 *
 * <p><b>The reader</b> writes nothing. It remembers what it has read, and takes in the difference. A total is valid if by the time it was read at most {@code TOTALS - 2} events have come.
 */
public final class AggregateTableDescriptor {
    public static final long FREE = 0;
    public static final long USED = 1;

    public static final int STATE_OFFSET = 0;
    public static final int KEYS_OFFSET = 8;

    /** Totals that are kept, a power of two. */
    public static final int TOTALS = 4;

    /** Slots in which a key is looked for. */
    public static final int PROBES = 64;

    /** Multiplier of the hash: 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, vol. 3, 6.4). */
    public static final long HASH_MULTIPLIER = 0x9E3779B97F4A7C15L;

    /** Alignment of tables: a cache line. */
    public static final int ALIGNMENT = 64;

    private AggregateTableDescriptor() {}

    /** Offset of the value in a slot whose key has so many numbers. */
    public static int valueOffset(int keyCount) {
        return KEYS_OFFSET + 8 * keyCount;
    }

    /** Bytes of a slot: small ones a power of two, so that none crosses more cache lines than it must. */
    public static int slotSize(int keyCount, int valueWords) {
        int used = valueOffset(keyCount) + 8 * valueWords;
        return used > ALIGNMENT
                ? (used + ALIGNMENT - 1) & -ALIGNMENT
                : Math.max(16, Integer.highestOneBit(2 * used - 1));
    }

    /** The home slot of a key in a table of {@code 1 << bits} home slots; bits from 1 to 31. */
    public static int home(long[] key, int bits) {
        long hash = 0;
        for (long part : key) {
            hash = (hash ^ part) * HASH_MULTIPLIER;
        }
        return (int) (hash >>> (64 - bits));
    }
}
