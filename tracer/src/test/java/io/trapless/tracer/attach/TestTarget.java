package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A C program of {@code src/test/c}, compiled and running. It dies with the test's thread, and on {@link #close}. */
final class TestTarget implements AutoCloseable {
    /** The shell command that compiles: compiler and options. */
    static final String GCC = "gcc -O1 -g -pthread";

    private static final Path SOURCES = Path.of("src/test/c");
    private static final Path BINARIES = Path.of("target/test-targets");

    private final LaunchedProcess process;
    private final Path output;

    private TestTarget(LaunchedProcess process, Path output) {
        this.process = process;
        this.output = output;
    }

    static TestTarget start(String source, Object... arguments) throws Exception {
        return startCompiled(GCC, source, arguments);
    }

    static TestTarget startCompiled(String compiler, String source, Object... arguments) throws Exception {
        return run(List.of(), compile(compiler, source), arguments);
    }

    /** Starts a binary behind a wrapper command, and waits until it says that it is ready. */
    static TestTarget run(List<String> wrapper, Path binary, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>(wrapper);
        command.add(binary.toAbsolutePath().toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Files.createDirectories(BINARIES);
        Path output = Files.createTempFile(BINARIES, "output", ".txt");
        int file = (int) Descriptors.open(output.toString(), Descriptors.O_RDWR);
        TestTarget target = new TestTarget(
                LaunchedProcess.start(command, LaunchedProcess.environment(), new int[] {0, file, 2}), output);
        Descriptors.close(file);
        target.awaitOutput("ready");
        return target;
    }

    static Path compile(String compiler, String source) throws Exception {
        Files.createDirectories(BINARIES);
        Path binary = BINARIES.resolve(source + "-" + Integer.toHexString(compiler.hashCode()));
        Path file = SOURCES.resolve(source + ".c");
        if (Files.exists(binary) && Files.getLastModifiedTime(binary).compareTo(Files.getLastModifiedTime(file)) > 0) {
            return binary;
        }
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(List.of("-o", binary.toString(), file.toString()));
        Process gcc;
        try {
            gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError(
                    command.getFirst() + " is missing: install the packages gcc, gcc-multilib and musl-tools", e);
        }
        String messages = new String(gcc.getInputStream().readAllBytes());
        assertThat(gcc.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gcc.exitValue())
                .as("%s (packages gcc, gcc-multilib, musl-tools): %s", command, messages)
                .isZero();
        return binary;
    }

    int pid() {
        return process.pid();
    }

    LaunchedProcess process() {
        return process;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** The line with this number, counted from 0. */
    String line(int number) throws IOException {
        return output().lines().skip(number).findFirst().orElseThrow();
    }

    void awaitOutput(String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!output().contains(text)) {
            assertThat(process.isRunning())
                    .as("%s instead of %s", output(), text)
                    .isTrue();
            assertThat(System.nanoTime()).as("no " + text).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    /** Waits for the program's own end and its verdict about itself. */
    void assertGoodEnd() throws Exception {
        Integer status = process.awaitExit(30_000);
        assertThat(output()).as("exit status %s", status).contains("OK").doesNotContain("BAD");
        assertThat(status).isZero();
    }

    /** Asks it to end (SIGTERM). */
    void terminate() {
        process.signal(15);
    }

    @Override
    public void close() throws IOException {
        process.signal(Processes.SIGKILL);
        process.awaitExit(10_000);
        Files.deleteIfExists(output);
    }
}
