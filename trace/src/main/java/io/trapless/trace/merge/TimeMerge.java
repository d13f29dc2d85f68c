package io.trapless.trace.merge;

import java.util.Arrays;

/**
 * Picks, again and again, the source whose next event is the oldest: a loser tree (Knuth, TAOCP 3, section 5.4.1), so that moving on costs log2(sources) comparisons and nothing is allocated.
 * Of equal times the source with the lower number comes first. For one thread.
 *
 * <p>Set every source's time, then alternate {@link #first} and {@link #set} on that source. Setting the time of another source is allowed at any moment (a live ring that got new events),
 * at the price of one pass over all of them.
 */
public final class TimeMerge {
    /** The time of a source that has no event. */
    public static final long EXHAUSTED = Long.MAX_VALUE;

    /** The smallest power of two that holds all sources; the sources beyond are exhausted. */
    private final int leaves;

    private final long[] times;

    /** Node 1 is the root; a node holds the loser of its two children's winners. Node 0 holds the winner of all. */
    private final int[] losers;

    private boolean stale = true;

    public TimeMerge(int sources) {
        leaves = Math.max(1, Integer.highestOneBit(Math.max(1, sources * 2 - 1)));
        times = new long[leaves];
        losers = new int[leaves];
        Arrays.fill(times, EXHAUSTED);
    }

    /** The source with the oldest event, or -1 if all are exhausted. */
    public int first() {
        if (stale) {
            losers[0] = play(1);
            stale = false;
        }
        return times[losers[0]] == EXHAUSTED ? -1 : losers[0];
    }

    /** Time of the next event of {@code source}, or {@link #EXHAUSTED}. */
    public long time(int source) {
        return times[source];
    }

    /** Says when the next event of {@code source} is, or that it has none ({@link #EXHAUSTED}). */
    public void set(int source, long time) {
        times[source] = time;
        if (stale || source != losers[0]) {
            stale = true;
            return;
        }
        int winner = source;
        for (int node = (source + leaves) / 2; node > 0; node /= 2) {
            int other = losers[node];
            if (precedes(other, winner)) {
                losers[node] = winner;
                winner = other;
            }
        }
        losers[0] = winner;
    }

    /** Fills the losers below {@code node} and returns its winner. */
    private int play(int node) {
        if (node >= leaves) {
            return node - leaves;
        }
        int left = play(2 * node);
        int right = play(2 * node + 1);
        boolean leftWins = precedes(left, right);
        losers[node] = leftWins ? right : left;
        return leftWins ? left : right;
    }

    private boolean precedes(int a, int b) {
        return times[a] < times[b] || (times[a] == times[b] && a < b);
    }
}
