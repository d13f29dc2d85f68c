package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** bpftrace with its cheapest program, {@code count()}: no record, no output, only the kernel's round trip and a map; and with the histogram of a function's durations. */
final class BpftracePeer implements Peer {
    private static final String TOOL = "bpftrace";

    private final Programs programs;
    private final Path program;

    BpftracePeer(Programs programs, Path program) {
        this.programs = programs;
        this.program = program;
    }

    @Override
    public String name() {
        return TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException {
        if (!Command.isInstalled("bpftrace")) {
            return List.of(Row.unavailable(TOOL, "count()", "not installed: bpftrace"));
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of(Row.unavailable(TOOL, "count()", "not permitted: needs root"));
        }
        List<Row> rows = new ArrayList<>();
        Scripts scripts = new Scripts(TOOL, List.of("bpftrace"), programs, program);
        for (Beginning beginning : Beginning.ALL) {
            long calls = Math.min(events, beginning.maxEvents());
            String place = "uprobe:" + program + ":" + beginning.symbol();
            rows.add(scripts.counted(
                    "count(), " + beginning.text(), place + " { @ = count(); }", beginning.work(), calls, threads));
        }
        for (Beginning beginning : Beginning.ALL) {
            long calls = Math.min(events, beginning.maxEvents()) / 2;
            rows.add(scripts.counted(
                    "latency histogram, " + beginning.text(),
                    Scripts.latency(program, beginning.symbol()),
                    beginning.work(),
                    calls,
                    threads));
        }
        return rows;
    }
}
