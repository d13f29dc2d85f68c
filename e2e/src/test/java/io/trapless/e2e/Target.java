package io.trapless.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A live target of ours: it has said where its function lies and waits for a line before it begins. */
final class Target implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready (\\d+) 0x([0-9a-f]+)\n");
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int SITE_BYTES = 16;

    private final Trapless.Running running;
    private final Path program;
    private final long address;
    private final byte[] original;

    private Target(Trapless.Running running, Path program, long address) throws IOException {
        this.running = running;
        this.program = program;
        this.address = address;
        original = bytes();
    }

    /** Starts a program of {@code src/test/c} and waits until it is ready. */
    static Target start(String name, Object... arguments) throws IOException, InterruptedException {
        return start(Programs.compiled(name), Map.of(), List.of(), arguments);
    }

    /**
     * Starts a program that is compiled already and waits until it is ready.
     *
     * @param environment variables that it gets in addition
     * @param before words of a command that becomes the program, such as {@code setpriv --reuid 65534}
     */
    static Target start(Path program, Map<String, String> environment, List<String> before, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.add(program.toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Trapless.Running running = Trapless.Running.start(environment, command);
        long deadline = System.nanoTime() + READY_NANOS;
        while (System.nanoTime() < deadline) {
            Matcher ready = READY.matcher(running.out());
            if (ready.find()) {
                return new Target(running, program, Long.parseUnsignedLong(ready.group(2), 16));
            }
            Thread.sleep(5);
        }
        running.close();
        throw new AssertionError(program + " is not ready");
    }

    long pid() {
        return running.pid();
    }

    /** Where the function under test lies. */
    long address() {
        return address;
    }

    Path program() {
        return program;
    }

    /** A probe on a function of this program. */
    String uprobe(String function) {
        return "uprobe:" + program + ":" + function;
    }

    /** Lets it begin. */
    void go() throws IOException {
        say("go");
    }

    /** Writes a line to its standard input. */
    void say(String line) throws IOException {
        running.say(line);
    }

    /** Tells a {@code burst} what to do, and waits until it is done. */
    void burst(String order) throws IOException, InterruptedException {
        long before = done();
        say(order);
        long deadline = System.nanoTime() + READY_NANOS;
        while (done() == before) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it does not do: " + order);
            }
            Thread.sleep(2);
        }
    }

    private long done() throws IOException {
        return out().lines().filter(line -> line.startsWith("did ")).count();
    }

    /** What it has written so far. */
    String out() throws IOException {
        return running.out();
    }

    boolean isAlive() {
        return running.isAlive();
    }

    void kill() {
        running.kill();
    }

    void signal(String name) throws IOException, InterruptedException {
        running.signal(name);
    }

    Trapless.Result await(int seconds) throws IOException, InterruptedException {
        return running.await(seconds);
    }

    /** The bytes at the function under test, as they are now. */
    byte[] bytes() throws IOException {
        byte[] bytes = new byte[SITE_BYTES];
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + running.pid() + "/mem", "r")) {
            memory.seek(address);
            memory.readFully(bytes);
        }
        return bytes;
    }

    byte[] originalBytes() {
        return original.clone();
    }

    /** Waits until the function under test is patched; fails if the tracer ends before. */
    void awaitPatched(Trapless.Running tracer) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_NANOS;
        while (java.util.Arrays.equals(bytes(), original)) {
            if (!tracer.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the site is not patched; tracer says: " + tracer.out() + tracer.err());
            }
            Thread.sleep(2);
        }
    }

    /** The executable mappings of files, one a line: what must be as before after a detach. */
    List<String> codeMappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/maps")).stream()
                .filter(line -> line.contains(" r-xp ") && line.contains("/"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
