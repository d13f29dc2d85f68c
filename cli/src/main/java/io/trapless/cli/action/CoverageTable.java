package io.trapless.cli.action;

import io.trapless.tracer.plan.Coverage;
import io.trapless.tracer.session.FileCoverage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** The coverage of many files: a line for each, as it comes, and their sum in detail at the end. */
final class CoverageTable {
    private final PrintStream out;
    private final Coverage sum = Coverage.none();
    private long functions;
    private long named;
    private int count;

    CoverageTable(PrintStream out) {
        this.out = out;
        out.println(String.format(
                Locale.ROOT,
                "%9s %8s %8s %8s %9s %8s %8s  %s",
                "functions",
                "entries",
                "returns",
                "tails",
                "all exits",
                "USDT",
                "offsets",
                "file"));
    }

    void add(Path file, FileCoverage found) {
        Coverage coverage = found.coverage();
        out.println(String.format(
                Locale.ROOT,
                "%9d %8s %8s %8s %9s %8s %8s  %s",
                found.functionCount(),
                percent(coverage.entries()),
                percent(coverage.returns()),
                percent(coverage.tails()),
                percent(coverage.functions()),
                percent(coverage.notes()),
                percent(coverage.offsets()),
                file));
        out.flush();
        sum.add(coverage);
        functions += found.functionCount();
        named += found.namedCount();
        count++;
    }

    /** Files so far. */
    int count() {
        return count;
    }

    void end() {
        out.println();
        CoverageText.print(count + " files", functions, named, sum, out);
    }

    private static String percent(Coverage.Tally tally) {
        return tally.count() == 0 ? "-" : CoverageText.percent(tally);
    }
}
