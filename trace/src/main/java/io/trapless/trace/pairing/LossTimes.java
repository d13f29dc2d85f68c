package io.trapless.trace.pairing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When events of a trace were lost, on any CPU: a pair that spans such a time is not certain. Filled, then asked; for one thread. */
public final class LossTimes {
    private final List<long[]> spans = new ArrayList<>();
    private long[][] merged = new long[0][];

    /** Adds a loss; {@code from} and {@code to} are TSC cycles. */
    public void add(long from, long to) {
        spans.add(new long[] {from, Math.max(from, to)});
    }

    /** All losses are known. */
    public void finish() {
        spans.sort(Comparator.comparingLong(span -> span[0]));
        List<long[]> disjoint = new ArrayList<>();
        for (long[] span : spans) {
            if (!disjoint.isEmpty() && span[0] <= disjoint.getLast()[1]) {
                disjoint.getLast()[1] = Math.max(disjoint.getLast()[1], span[1]);
            } else {
                disjoint.add(span.clone());
            }
        }
        merged = disjoint.toArray(long[][]::new);
    }

    /** Whether any event may have been lost between two times, both included. */
    public boolean touch(long from, long to) {
        int low = 0;
        int high = merged.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (merged[middle][1] < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < merged.length && merged[low][0] <= to;
    }
}
