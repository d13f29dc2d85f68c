package io.trapless.layout;

/**
 * A mirror: a table in which trampolines keep the number that they have last seen assigned to an entry of a map, so that later ones can read memory there. There is one for all CPUs and processes of a session, for a thread may be
 * elsewhere when it comes back. Mirrors lie at {@link SessionHeaderDescriptor#tablesOffset}, one behind the other. Slots are in sets of {@link #WAYS}; the high bits of a key's tag say which set it belongs to.
 *
 * <pre>
 *   offset                        size  field    meaning                                       written by             read by
 *   ------                        ----  -------  --------------------------------------------  ---------------------  -----------
 *        16 * slot                   8  tag      {@link #tag} of the key; 0: not used yet      trampolines            trampolines
 *        16 * slot + 8               8  value    the number last assigned                      trampolines            trampolines
 *   {@link #TURNS_OFFSET} + 8 * set     8  turn     keys that were new in the set, ever           trampolines, atomic    trampolines
 * </pre>
 *
 * <p><b>Writers</b> store the value of a key whose tag is in its set. For one that is not, they add 1 to the set's turn, atomically, and take the slot of that turn, whoever had it: so of a set's keys the one that came first goes first,
 * and keys of threads that have long ended need no care. The tag is stored before the value.
 *
 * <p><b>Nothing here is to be relied on.</b> Tag and value are stored one after the other, without a lock; a writer may be killed in between, two writers may take one slot or put one key in two, another process or a target gone wild may write
 * what it likes. A reader gets some number. It records that number along with what it has read there itself, and the handler compares it with what the map holds: a wrong one costs a read, and never shows.
 */
public final class MirrorDescriptor {
    /** Slots of a set: two cache lines. */
    public static final int WAYS = 8;

    /** Sets are 2 to this power. */
    public static final int SET_BITS = 9;

    public static final int TAG_OFFSET = 0;
    public static final int VALUE_OFFSET = 8;
    public static final int SLOT_SIZE = 16;
    public static final int SET_SIZE = WAYS * SLOT_SIZE;

    public static final int TURNS_OFFSET = SET_SIZE << SET_BITS;

    /** Bytes of a mirror: whole pages. */
    public static final int SIZE = TURNS_OFFSET + (8 << SET_BITS);

    /** What tags begin with: any number that is not likely to be a key, as a tag of 0 is not told from a slot that is not used. */
    public static final long TAG_SEED = 0x5BD1E9955BD1E995L;

    private MirrorDescriptor() {}

    /** Offset of a mirror from the start of the tables. */
    public static int offset(int mirror) {
        return mirror * SIZE;
    }

    /** What stands for a key; of one number it is that number, shuffled. */
    public static long tag(long[] key) {
        long tag = TAG_SEED;
        for (long part : key) {
            tag = (tag ^ part) * AggregateTableDescriptor.HASH_MULTIPLIER;
        }
        return tag;
    }

    /** Offset of a tag's set from the start of its mirror. */
    public static int setOffset(long tag) {
        return (int) (tag >>> (Long.SIZE - SET_BITS)) * SET_SIZE;
    }
}
