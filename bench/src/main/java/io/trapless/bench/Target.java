package io.trapless.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A running program of the benchmark: one command a line goes in, one line of JSON comes out (see {@code harness.h}). Closing it ends the process.
 * Used by one thread.
 */
final class Target implements AutoCloseable {
    private static final int END_SECONDS = 30;

    /** Starts its arguments as a child of the shell and says its pid; a background command would read from /dev/null without the detour. */
    private static final String LAUNCHER = "exec 3<&0; \"$@\" <&3 3<&- & echo $!; exec 3<&- <&-; wait";

    private final Process process;
    private final ProcessHandle target;
    private final BufferedReader answers;
    private final Writer commands;

    private Target(Process process) throws IOException {
        this.process = process;
        answers = process.inputReader(StandardCharsets.US_ASCII);
        commands = process.outputWriter(StandardCharsets.US_ASCII);
        @Nullable String pid = answers.readLine();
        if (pid == null) {
            throw new IOException("the shell that starts the benchmark's program has ended");
        }
        target = ProcessHandle.of(Long.parseLong(pid)).orElseThrow(() -> new IOException("the program has ended"));
    }

    /**
     * Starts a program; its standard error goes nowhere. It is the child of a shell and not of this JVM, whose wait for its children's ends would take the stops away from a tracer in the same
     * JVM.
     */
    static Target start(List<String> command) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", LAUNCHER, "sh"));
        words.addAll(command);
        return new Target(new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    long pid() {
        return target.pid();
    }

    /**
     * Calls a function many times and checks the sum of what it returned.
     *
     * @param work name of the loop, see the program's source
     * @param events calls a thread
     */
    Measurement run(String work, long events, int threads) throws IOException, BenchException {
        String answer = ask("run " + work + " " + events + " " + threads);
        long checksum = field(answer, "checksum");
        if (!work.equals("rdtsc") && !work.equals("empty") && checksum != expectedChecksum(events, threads)) {
            throw new BenchException("the target's checksum is wrong after a run of " + work
                    + ": a tool changed what it computes; keep this machine's details and report it");
        }
        return new Measurement(field(answer, "cpuNanos"), field(answer, "wallNanos"), events * threads);
    }

    /** Where the function of a loop lies in its file, as kernel uprobes want it. */
    long fileOffset(String work) throws IOException, BenchException {
        return field(ask("where " + work), "fileOffset");
    }

    /** Where the function of a loop lies in the process. */
    long address(String work) throws IOException, BenchException {
        return field(ask("where " + work), "address");
    }

    /** The sum over 0 .. events-1 of 3 * i + 1, for each thread. */
    private static long expectedChecksum(long events, int threads) {
        return threads * (3 * (events * (events - 1) / 2) + events);
    }

    private String ask(String command) throws IOException, BenchException {
        commands.write(command + "\n");
        commands.flush();
        @Nullable String answer = answers.readLine();
        if (answer == null) {
            throw new BenchException("the target ended during '" + command + "'");
        }
        return answer;
    }

    private static long field(String json, String name) throws BenchException {
        Matcher matcher = Pattern.compile("\"" + name + "\": ([0-9]+)").matcher(json);
        if (!matcher.find()) {
            throw new BenchException("the target answered " + json);
        }
        return Long.parseUnsignedLong(matcher.group(1));
    }

    /** Ends it by the end of its input, so that a tool that runs it can tidy up; by force if that does not help. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            // it has ended already
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                target.destroyForcibly();
            }
        } catch (InterruptedException e) {
            target.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        process.onExit().join();
    }
}
