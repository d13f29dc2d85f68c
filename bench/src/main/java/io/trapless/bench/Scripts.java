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

/** Runs programs of bpftrace's language, with bpftrace or with a tool that takes the same arguments, over a live target. */
final class Scripts {
    private static final long ATTACH_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int END_SECONDS = 60;
    private static final long SETTLE_MILLIS = 500;

    /** A count, by itself or of a key, or a bucket of a histogram. */
    private static final Pattern COUNT = Pattern.compile("(?m)^@(?:\\[[^]]*])?: ([0-9]+)$|^[\\[(].* ([0-9]+) \\|");

    private static final Pattern LOST = Pattern.compile("Lost ([0-9]+) events");

    private final String tool;
    private final List<String> command;
    private final Programs programs;
    private final Path program;

    /**
     * @param command the words that start the tool
     * @param program the target
     */
    Scripts(String tool, List<String> command, Programs programs, Path program) {
        this.tool = tool;
        this.command = command;
        this.programs = programs;
        this.program = program;
    }

    /** The histogram of how long a function runs. */
    static String latency(Path program, String function) {
        String place = program + ":" + function;
        return "uprobe:" + place + " { @start[tid] = nsecs; } uretprobe:" + place
                + " /@start[tid]/ { @ = hist(nsecs - @start[tid]); delete(@start[tid]); }";
    }

    /**
     * Measures a program that counts each call once.
     *
     * @param work name of the loop
     */
    Row counted(String mode, String script, String work, long events, int threads)
            throws IOException, InterruptedException, BenchException {
        return counted(mode, script, work, 0, events, threads);
    }

    /**
     * The same behind {@code before} more calls of each thread, which count but are not measured: then the rings' pages have been met.
     */
    Row counted(String mode, String script, String work, long before, long events, int threads)
            throws IOException, InterruptedException, BenchException {
        Path output = programs.path("script.out");
        try (Target target = Target.start(List.of(program.toString()))) {
            Measurement baseline = target.run(work, events, threads);
            List<String> words = new ArrayList<>(command);
            words.addAll(List.of("-e", script, "-p", Long.toString(target.pid())));
            Process running = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                awaitProbe(target, work, running, output);
                if (before > 0) {
                    target.run(work, before, threads);
                }
                Measurement run = target.run(work, events, threads);
                running.destroy();
                if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    throw new BenchException(tool + " does not end");
                }
                String text = Files.readString(output, StandardCharsets.ISO_8859_1);
                return new Row(
                        tool,
                        mode,
                        threads,
                        run.events(),
                        run.nanosPerEvent(),
                        baseline.nanosPerEvent(),
                        run.cpuNanos() / 1e9,
                        lost(mode, text, before * threads + run.events()),
                        null);
            } finally {
                running.destroyForcibly().waitFor();
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** What was not counted. A call of which either end is lost is missing, so with losses nothing can be said but that. */
    private static long lost(String mode, String text, long events) throws BenchException {
        long counted = 0;
        Matcher counts = COUNT.matcher(text);
        while (counts.find()) {
            counted += Long.parseLong(counts.group(1) == null ? counts.group(2) : counts.group(1));
        }
        long told = 0;
        Matcher losses = LOST.matcher(text);
        while (losses.find()) {
            told += Long.parseLong(losses.group(1));
        }
        if (counted > events || (told == 0 && counted == 0)) {
            throw new BenchException(mode + ": " + counted + " counted of " + events + ": "
                    + text.strip().replace('\n', ' '));
        }
        return events - counted;
    }

    /** Waits until the probed byte in the target is another: what is printed may come before a tool has attached. */
    static void awaitProbe(Target target, String work, Process tool, Path output)
            throws IOException, InterruptedException, BenchException {
        long address = target.address(work);
        long deadline = System.nanoTime() + ATTACH_NANOS;
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + target.pid() + "/mem", "r")) {
            memory.seek(address);
            int original = memory.read();
            int now = original;
            while (now == original) {
                if (!tool.isAlive() || System.nanoTime() > deadline) {
                    throw new BenchException("it does not attach: "
                            + Files.readString(output, StandardCharsets.ISO_8859_1)
                                    .replace('\n', ' ')
                                    .strip());
                }
                Thread.sleep(20);
                memory.seek(address);
                now = memory.read();
            }
        }
        Thread.sleep(SETTLE_MILLIS); // a second probe comes a little later
    }
}
