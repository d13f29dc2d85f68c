package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What needs no tool: the untouched call and the time stamp counter, both over the empty loop. Everything else is compared with these. */
final class FloorPeer implements Peer {
    static final String TOOL = "floor";
    static final String RDTSC = "rdtsc";

    private final Path program;

    FloorPeer(Path program) {
        this.program = program;
    }

    @Override
    public String name() {
        return TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, BenchException {
        try (Target target = Target.start(List.of(program.toString()))) {
            Measurement empty = target.run("empty", events, threads);
            return List.of(
                    row("empty loop", threads, empty, empty),
                    row("untouched call", threads, target.run("work", events, threads), empty),
                    row(RDTSC, threads, target.run("rdtsc", events, threads), empty));
        }
    }

    private static Row row(String mode, int threads, Measurement run, Measurement empty) {
        return new Row(
                TOOL,
                mode,
                threads,
                run.events(),
                run.nanosPerEvent(),
                empty.nanosPerEvent(),
                run.cpuNanos() / 1e9,
                0,
                null);
    }
}
