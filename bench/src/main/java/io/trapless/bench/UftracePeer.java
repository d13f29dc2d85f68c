package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** uftrace on a function that was compiled for it. It records entry and exit, so one call is two of its records. */
final class UftracePeer implements Peer {
    private static final String TOOL = "uftrace";
    private static final String MODE = "-pg, entry and exit";

    /** Its records go to disk, 32 bytes a call: a tenth of the calls tells the price as well. */
    private static final long FEWER = 10;

    private final Programs programs;
    private @Nullable Path program;

    UftracePeer(Programs programs) {
        this.programs = programs;
    }

    @Override
    public String name() {
        return "uftrace";
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException {
        if (!Command.isInstalled("uftrace")) {
            return List.of(Row.unavailable(TOOL, MODE, "not installed: uftrace"));
        }
        if (program == null) {
            program = programs.compile("uftrace", "-pg", "-mfentry");
        }
        Path data = programs.path("uftrace.data");
        long calls = Math.max(1, events / FEWER);
        List<String> command = new ArrayList<>(List.of(
                "uftrace",
                "record",
                "-d",
                data.toString(),
                "--no-libcall",
                "--no-event",
                "-b",
                "64M",
                program.toString()));
        try (Target target = Target.start(command)) {
            Measurement baseline = target.run("plain", calls, threads);
            Measurement run = target.run("work", calls, threads);
            return List.of(new Row(
                    TOOL,
                    MODE,
                    threads,
                    run.events(),
                    run.nanosPerEvent(),
                    baseline.nanosPerEvent(),
                    run.cpuNanos() / 1e9,
                    -1,
                    null));
        } finally {
            Programs.delete(data);
        }
    }
}
