package io.trapless.cli.action;

import io.trapless.tracer.plan.Coverage;
import io.trapless.tracer.session.FileCoverage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The coverage of a file, for people: a line for each kind of site, and one for each reason why some are refused. */
final class CoverageText {
    private CoverageText() {}

    static void print(Path file, FileCoverage found, PrintStream out) {
        print(file.toString(), found.functionCount(), found.namedCount(), found.coverage(), out);
    }

    /** @param named how many of the functions have a name */
    static void print(String subject, long functions, long named, Coverage coverage, PrintStream out) {
        out.println(subject + ": " + functions + " functions, " + named + " of them named");
        print("entries", coverage.entries(), out);
        print("returns", coverage.returns(), out);
        print("tail exits", coverage.tails(), out);
        print("functions", coverage.functions(), out);
        print("USDT sites", coverage.notes(), out);
        print("instructions", coverage.offsets(), out);
        out.flush();
    }

    private static void print(String kind, Coverage.Tally tally, PrintStream out) {
        long count = tally.count();
        if (count == 0) {
            out.println(String.format(Locale.ROOT, "%-12s %9d", kind, 0));
            return;
        }
        String how = largestFirst(tally.covered());
        out.println(String.format(Locale.ROOT, "%-12s %9d  %6s %%  %s", kind, count, percent(tally), how));
        tally.refused().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(reason -> out.println(
                        String.format(Locale.ROOT, "%-12s %9d  refused: %s", "", reason.getValue(), reason.getKey())));
    }

    /** Of what can be probed, as "99.87"; never 100 if one is missing. There is at least one. */
    static String percent(Coverage.Tally tally) {
        return String.format(Locale.ROOT, "%.2f", Math.floor(10_000.0 * tally.coveredCount() / tally.count()) / 100);
    }

    private static String largestFirst(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Long> entry) -> -entry.getValue()))
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
