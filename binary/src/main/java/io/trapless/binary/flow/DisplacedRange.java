package io.trapless.binary.flow;

/**
 * Instructions that can make room for a jump: whole ones, at which nothing arrives but at the first, and which have the same effect elsewhere.
 *
 * @param address of the first one: where the jump goes
 * @param site the instruction before which the probe is to run: the first one, or (displaced backward) one of those after it, or the one behind them all, which is not displaced
 * @param lengthBytes that may be overwritten: the instructions and, where control does not go on behind them, as much padding as is needed
 * @param codeBytes of it that are instructions to be copied; not more than {@code lengthBytes}
 * @param fallsThrough whether control can go on behind the last instruction (after a call: when it returns)
 */
public record DisplacedRange(long address, long site, int lengthBytes, int codeBytes, boolean fallsThrough)
        implements Displacement {
    /** Bytes of a jump with a 32-bit displacement. */
    public static final int JUMP_BYTES = 5;

    /** Bytes of a jump with an 8-bit displacement. */
    public static final int SHORT_JUMP_BYTES = 2;

    /** The address after the last byte that may be overwritten. */
    public long end() {
        return address + lengthBytes;
    }

    /** Whether the jump goes before the site, which is then one of the instructions inside. */
    public boolean isBackward() {
        return address != site;
    }

    /**
     * Finds a range that ends before an instruction, for a probe on the way from the instruction before it: branches may lead to the site itself.
     *
     * @param site the address of an instruction, as the file states it
     */
    public static Displacement planBefore(CodeMap map, long site, int neededBytes) {
        return new DisplacementPlanner(map, site, neededBytes).planBefore();
    }

    /**
     * Finds the range that serves a site and has at least {@code neededBytes} ({@value #JUMP_BYTES} for a jump with a 32-bit displacement, {@value #SHORT_JUMP_BYTES} for one to an island): the site's instruction alone if it is long
     * enough; else with those after it; else also with some before it.
     *
     * @param map of the image
     * @param site the address of an instruction, as the file states it. That it is itself a target is harmless, unless the range begins before it
     */
    public static Displacement plan(CodeMap map, long site, int neededBytes) {
        return new DisplacementPlanner(map, site, neededBytes).plan();
    }
}
