package io.trapless.binary.flow;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions of an image by address. Of ranges with the same start only the longest counts. Immutable. */
final class FunctionTable {
    private final long[] starts;
    private final long[] ends;

    /** The highest end among this range and those before it: how far back a range that holds an address can stand. */
    private final long[] highestEnds;

    FunctionTable(List<CodeRange> functions) {
        CodeRange[] sorted = functions.toArray(new CodeRange[0]);
        Arrays.sort(sorted, (a, b) -> {
            int byStart = Long.compare(a.start(), b.start());
            return byStart != 0 ? byStart : Long.compare(b.end(), a.end());
        });
        long[] allStarts = new long[sorted.length];
        long[] allEnds = new long[sorted.length];
        int count = 0;
        for (CodeRange range : sorted) {
            if (count == 0 || allStarts[count - 1] != range.start()) {
                allStarts[count] = range.start();
                allEnds[count++] = range.end();
            }
        }
        starts = Arrays.copyOf(allStarts, count);
        ends = Arrays.copyOf(allEnds, count);
        highestEnds = ends.clone();
        for (int i = 1; i < count; i++) {
            highestEnds[i] = Math.max(highestEnds[i], highestEnds[i - 1]);
        }
    }

    /** Ascending, each once; not to be modified. */
    long[] starts() {
        return starts;
    }

    /** The function that holds an address, the one with the nearest start if several do; null: none is known. One of unknown size reaches to the next start. */
    @Nullable CodeRange at(long address) {
        int found = Arrays.binarySearch(starts, address);
        int i = found >= 0 ? found : -found - 2;
        if (i >= 0 && starts[i] == ends[i]) {
            long next = i + 1 < starts.length ? starts[i + 1] : Long.MAX_VALUE;
            return address < next ? new CodeRange(starts[i], next) : null;
        }
        for (; i >= 0 && highestEnds[i] > address; i--) {
            if (address < ends[i]) {
                return new CodeRange(starts[i], ends[i]);
            }
        }
        return null;
    }
}
