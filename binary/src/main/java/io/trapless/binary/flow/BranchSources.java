package io.trapless.binary.flow;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Which direct branches lead to some addresses. Immutable. */
final class BranchSources {
    private final long[] targets;
    private final long[] sources;

    private BranchSources(long[] targets, long[] sources) {
        this.targets = targets;
        this.sources = sources;
    }

    /**
     * @param targets in any order, repeated for each branch
     * @param sources the branch that leads to the target of the same index
     */
    static BranchSources of(long[] targets, long[] sources) {
        int[] order = IntStream.range(0, targets.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(i -> targets[i]).thenComparingLong(i -> sources[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new BranchSources(
                Arrays.stream(order).mapToLong(i -> targets[i]).toArray(),
                Arrays.stream(order).mapToLong(i -> sources[i]).toArray());
    }

    /** The branches that lead to {@code target}, ascending, each once. */
    long[] to(long target) {
        int from = Arrays.binarySearch(targets, target);
        if (from < 0) {
            return new long[0];
        }
        while (from > 0 && targets[from - 1] == target) {
            from--;
        }
        int to = from;
        while (to < targets.length && targets[to] == target) {
            to++;
        }
        return Arrays.stream(sources, from, to).distinct().toArray();
    }
}
