package io.trapless.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** bpftrace with its cheapest program, {@code count()}: no record, no output, only the kernel's round trip and a map. */
final class BpftracePeer implements Peer {
    private static final String TOOL = "bpftrace";
    private static final long ATTACH_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int END_SECONDS = 30;

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
        for (Beginning beginning : Beginning.ALL) {
            rows.add(measure(beginning, Math.min(events, beginning.maxEvents()), threads));
        }
        return rows;
    }

    private Row measure(Beginning beginning, long events, int threads)
            throws IOException, InterruptedException, BenchException {
        Path output = programs.path("bpftrace.out");
        try (Target target = Target.start(List.of(program.toString()))) {
            Measurement baseline = target.run(beginning.work(), events, threads);
            Process bpftrace = new ProcessBuilder(
                            "bpftrace", "-e", "uprobe:" + program + ":" + beginning.symbol() + " { @ = count(); }")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                awaitProbe(target, beginning, bpftrace, output);
                Measurement run = target.run(beginning.work(), events, threads);
                bpftrace.destroy();
                if (!bpftrace.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    throw new BenchException("bpftrace does not end");
                }
                return new Row(
                        TOOL,
                        "count(), " + beginning.text(),
                        threads,
                        run.events(),
                        run.nanosPerEvent(),
                        baseline.nanosPerEvent(),
                        run.cpuNanos() / 1e9,
                        run.events() - counted(output),
                        null);
            } finally {
                bpftrace.destroyForcibly().waitFor();
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Waits until the probed byte in the target is another: what bpftrace prints comes before it has attached. */
    private static void awaitProbe(Target target, Beginning beginning, Process bpftrace, Path output)
            throws IOException, InterruptedException, BenchException {
        long address = target.address(beginning.work());
        long deadline = System.nanoTime() + ATTACH_NANOS;
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + target.pid() + "/mem", "r")) {
            memory.seek(address);
            int original = memory.read();
            int now = original;
            while (now == original) {
                if (!bpftrace.isAlive() || System.nanoTime() > deadline) {
                    throw new BenchException("bpftrace does not attach: "
                            + Files.readString(output, StandardCharsets.ISO_8859_1)
                                    .replace('\n', ' ')
                                    .strip());
                }
                Thread.sleep(20);
                memory.seek(address);
                now = memory.read();
            }
        }
    }

    private static long counted(Path output) throws IOException {
        Matcher matcher = Pattern.compile("@: ([0-9]+)").matcher(Files.readString(output, StandardCharsets.ISO_8859_1));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
