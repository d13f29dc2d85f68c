package io.trapless.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The kernel's uprobes, as events of tracefs that record the argument into a ring of our own instance. */
final class KernelUprobePeer implements Peer {
    private static final String TOOL = "uprobe";
    private static final Path TRACEFS = Path.of("/sys/kernel/tracing");
    private static final Path EVENTS = TRACEFS.resolve("uprobe_events");

    private final Path program;
    private final String group = "trapless_bench_" + ProcessHandle.current().pid();

    KernelUprobePeer(Path program) {
        this.program = program;
    }

    @Override
    public String name() {
        return TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, BenchException {
        if (!Files.isWritable(EVENTS)) {
            return List.of(Row.unavailable(TOOL, "tracefs", "not permitted: needs root and a mounted tracefs"));
        }
        List<Row> rows = new ArrayList<>();
        try (Target target = Target.start(List.of(program.toString()))) {
            for (Beginning beginning : Beginning.ALL) {
                rows.add(measure(target, beginning, Math.min(events, beginning.maxEvents()), threads));
            }
        }
        return rows;
    }

    private Row measure(Target target, Beginning beginning, long events, int threads)
            throws IOException, BenchException {
        Path instance = TRACEFS.resolve("instances").resolve(group);
        String event = group + "/" + beginning.work();
        Measurement baseline = target.run(beginning.work(), events, threads);
        append("p:" + event + " " + program + ":0x" + Long.toHexString(target.fileOffset(beginning.work()))
                + " seq=%di:s32");
        try {
            Files.createDirectory(instance);
            Path enable = instance.resolve("events").resolve(event).resolve("enable");
            Files.writeString(enable, "1");
            Measurement run = target.run(beginning.work(), events, threads);
            Files.writeString(enable, "0");
            return new Row(
                    TOOL,
                    "tracefs, " + beginning.text(),
                    threads,
                    run.events(),
                    run.nanosPerEvent(),
                    baseline.nanosPerEvent(),
                    run.cpuNanos() / 1e9,
                    run.events() - hits(beginning.work()),
                    null);
        } finally {
            Files.deleteIfExists(instance);
            append("-:" + event);
        }
    }

    /** Calls that the kernel saw: the second column of {@code uprobe_profile}. */
    private static long hits(String event) throws IOException {
        for (String line : Files.readString(TRACEFS.resolve("uprobe_profile"), StandardCharsets.ISO_8859_1)
                .lines()
                .toList()) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length >= 3 && columns[1].equals(event)) {
                return Long.parseLong(columns[2]);
            }
        }
        return 0;
    }

    private static void append(String line) throws IOException {
        Files.writeString(EVENTS, line + "\n", StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }
}
