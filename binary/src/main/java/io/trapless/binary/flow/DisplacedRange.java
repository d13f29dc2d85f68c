package io.trapless.binary.flow;

/**
 * Instructions that can make room for a jump: whole ones, at which nothing arrives but at the first, and which have the same effect elsewhere.
 *
 * @param address of the first one: where the jump goes
 * @param site the instruction before which the probe is to run: the first one, or (displaced backward) one of those after it
 * @param lengthBytes that may be overwritten: the instructions and, where control does not go on behind them, padding
 * @param codeBytes of it that are instructions to be copied; not more than {@code lengthBytes}
 * @param fallsThrough whether control can go on behind the last instruction (after a call: when it returns)
 */
public record DisplacedRange(long address, long site, int lengthBytes, int codeBytes, boolean fallsThrough)
        implements Displacement {

    /** The address after the last byte that may be overwritten. */
    public long end() {
        return address + lengthBytes;
    }

    /** Whether the jump goes before the site, which is then one of the instructions inside. */
    public boolean isBackward() {
        return address != site;
    }

    /**
     * Finds the range that serves a site and has at least {@code neededBytes} (5 for a jump with a 32-bit displacement): the site's instruction alone if it is long
     * enough; else with those after it; else also with some before it.
     *
     * @param map of the image
     * @param site the address of an instruction, as the file states it. That it is itself a target is harmless, unless the range begins before it
     */
    public static Displacement plan(CodeMap map, long site, int neededBytes) {
        return new DisplacementPlanner(map, site, neededBytes).plan();
    }
}
