package io.trapless.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command under test, as a user has it: {@code ./trapless} at the root of the repository. */
final class Trapless {
    private static final int DEFAULT_SECONDS = 120;

    private static final int BUILD_SECONDS = 900;

    static {
        build();
    }

    private Trapless() {}

    /** The launcher builds on first use; no test's own time limit should pay for that. */
    private static void build() {
        try {
            Process version = new ProcessBuilder(home().resolve("trapless").toString(), "--version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (!version.waitFor(BUILD_SECONDS, TimeUnit.SECONDS) || version.exitValue() != 0) {
                throw new AssertionError("./trapless does not build; run it by hand");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("./trapless does not start", e);
        }
    }

    /** How a run ended. */
    record Result(int exitStatus, String out, String err) {

        /** This run, if it ended with 0; otherwise the test fails with what was said. */
        Result succeeded() {
            if (exitStatus != 0) {
                throw new AssertionError("exit status " + exitStatus + "\nout: " + out + "\nerr: " + err);
            }
            return this;
        }
    }

    /** The root of the repository. */
    static Path home() {
        return Path.of(System.getProperty("trapless.home", System.getProperty("user.dir") + "/.."));
    }

    /** Runs a command to its end. */
    static Result run(Object... words) throws IOException, InterruptedException {
        try (Running running = start(Map.of(), words)) {
            return running.await(DEFAULT_SECONDS);
        }
    }

    /** Starts a command that goes on. */
    static Running start(Object... words) throws IOException {
        return start(Map.of(), words);
    }

    /** Starts a command that goes on, with variables added to its environment. */
    static Running start(Map<String, String> environment, Object... words) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home().resolve("trapless").toString()));
        for (Object word : words) {
            if (word instanceof List<?> several) {
                several.forEach(each -> command.add(each.toString()));
            } else {
                command.add(word.toString());
            }
        }
        return Running.start(environment, command);
    }

    /** A process of a test, with its output kept in files. Closing it kills it. */
    static final class Running implements AutoCloseable {
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        static Running start(Map<String, String> environment, List<String> command) throws IOException {
            Path out = Files.createTempFile("trapless-e2e", ".out");
            Path err = Files.createTempFile("trapless-e2e", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new Running(builder.start(), out, err);
        }

        long pid() {
            return process.pid();
        }

        boolean isAlive() {
            return process.isAlive();
        }

        /** What it has written to standard output so far. */
        String out() throws IOException {
            return Files.readString(out, StandardCharsets.ISO_8859_1);
        }

        /** What it has written to standard error so far. */
        String err() throws IOException {
            return Files.readString(err, StandardCharsets.ISO_8859_1);
        }

        /** Writes a line to its standard input. */
        void say(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        /** Writes all of its standard input and closes it. */
        void feed(String text) throws IOException {
            try (var in = process.getOutputStream()) {
                in.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }

        /** Waits until standard error holds a text; fails if the process ends before, or nothing comes. */
        void awaitErr(String text, int seconds) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (!err().contains(text)) {
                if (!process.isAlive() && !err().contains(text)) {
                    throw new AssertionError("it ended and did not say '" + text + "': " + tail(err()));
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("it does not say '" + text + "': " + tail(err()));
                }
                Thread.sleep(5);
            }
        }

        /** Sends a signal by its name, such as {@code INT}. */
        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        }

        /** SIGKILL. */
        void kill() {
            process.destroyForcibly();
        }

        /** Waits for the end; the test fails if it does not come. */
        Result await(int seconds) throws IOException, InterruptedException {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError(
                        "no end after " + seconds + " s\nout: " + tail(out()) + "\nerr: " + tail(err()));
            }
            return new Result(process.exitValue(), out(), err());
        }

        private static String tail(String text) {
            return text.substring(Math.max(0, text.length() - 2000));
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            process.onExit().join();
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }
}
