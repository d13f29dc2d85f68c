package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trapless as a user runs a program with it: aggregations that are kept in the target, one that goes through the rings, and the histogram of a function's durations. */
final class ProgramPeer implements Peer {
    /** At least five seconds: long enough that what is not compiled yet does not hide what comes later. */
    private static final long PACED_CALLS = 25_000_000;

    private final List<String> trapless;
    private final Programs programs;
    private final Path program;

    /**
     * @param trapless the words that start the tool
     * @param program the target
     */
    ProgramPeer(List<String> trapless, Programs programs, Path program) {
        this.trapless = trapless;
        this.programs = programs;
        this.program = program;
    }

    @Override
    public String name() {
        return TraplessPeer.TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException {
        Scripts scripts = new Scripts(TraplessPeer.TOOL, trapless, programs, program);
        String entry = "uprobe:" + program + ":work ";
        List<Row> rows = new ArrayList<>(List.of(
                scripts.counted("count()", entry + "{ @ = count(); }", "work", events, threads),
                scripts.counted("count() by key", entry + "{ @[arg0 % 64] = count(); }", "work", events, threads),
                scripts.counted("hist(arg0)", entry + "{ @ = hist(arg0); }", "work", events, threads),
                scripts.counted("latency histogram, sub", Scripts.latency(program, "work"), "work", events, threads),
                scripts.counted(
                        "latency histogram, push", Scripts.latency(program, "work_push"), "push", events, threads)));
        if (threads == 1) {
            rows.add(scripts.counted(
                    "latency histogram, 5 million calls a second",
                    Scripts.latency(program, "work"),
                    "paced",
                    PACED_CALLS,
                    Math.max(events, PACED_CALLS),
                    threads));
        }
        return rows;
    }
}
