package io.trapless.cli.action;

import java.io.PrintStream;
import java.util.Locale;

/** A histogram of sizes by powers of two, drawn as text. One thread. */
final class SizeHistogram {
    private static final int BAR_WIDTH = 40;

    private final long[] counts = new long[64];

    /** Counts one size; negative ones, which are enormous as sizes, go to the last bar. */
    void add(long sizeBytes) {
        counts[sizeBytes == 0 ? 0 : 63 - Long.numberOfLeadingZeros(sizeBytes)]++;
    }

    boolean isEmpty() {
        return max() == 0;
    }

    private long max() {
        long max = 0;
        for (long count : counts) {
            max = Math.max(max, count);
        }
        return max;
    }

    void print(PrintStream out) {
        int first = 0;
        while (first < counts.length - 1 && counts[first] == 0) {
            first++;
        }
        int last = counts.length - 1;
        while (last > first && counts[last] == 0) {
            last--;
        }
        long max = Math.max(1, max());
        for (int i = first; i <= last; i++) {
            int length = (int) (counts[i] * BAR_WIDTH / max);
            out.println(String.format(
                    Locale.ROOT,
                    "  %-14s %9d |%s%s|",
                    "[" + label(i) + ", " + label(i + 1) + ")",
                    counts[i],
                    "@".repeat(length),
                    " ".repeat(BAR_WIDTH - length)));
        }
    }

    private static String label(int power) {
        String[] units = {"", "K", "M", "G", "T", "P", "E"};
        return (1L << power % 10) + units[power / 10];
    }
}
