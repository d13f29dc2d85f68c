package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A session made by {@code trapless preload}, in a folder of its own that goes with it. */
record Preload(Leftovers leftovers, String name, Path object) implements AutoCloseable {
    private static final int SECONDS = 300;

    /** Makes one that arms the clauses. */
    static Preload make(List<String> clauses, Object... options) throws Exception {
        Leftovers leftovers = Leftovers.fresh();
        List<Object> words = new ArrayList<>(List.of("preload", "-o", "it", "--shm-path", leftovers.shm()));
        clauses.forEach(clause -> words.addAll(List.of("-e", clause)));
        words.addAll(List.of(options));
        String line = Trapless.run(words.toArray()).succeeded().out();
        if (!line.startsWith("LD_PRELOAD=") || !line.endsWith(" program\n")) {
            throw new AssertionError("no line to start a program with: " + line);
        }
        Path object = Path.of(line.substring("LD_PRELOAD=".length(), line.length() - " program\n".length()));
        return new Preload(leftovers, "it", object);
    }

    /** The variables of a program that is to preload it. */
    Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("LD_PRELOAD", object.toString());
        return environment;
    }

    /** Starts a program with it. */
    Trapless.Running start(List<String> command) throws IOException, InterruptedException {
        return Trapless.Running.start(environment(Map.of()), Programs.leashed(command));
    }

    /** Runs a program with it to its end. */
    Trapless.Result run(List<String> command) throws Exception {
        try (Trapless.Running running = start(command)) {
            return running.await(SECONDS);
        }
    }

    /** Runs a program with it, with its job, to its end. */
    Trapless.Result run(RealProgram program) throws Exception {
        try (Trapless.Running running =
                Trapless.Running.start(environment(program.environment()), Programs.leashed(program.command()))) {
            running.feed(program.job());
            return running.await(SECONDS);
        }
    }

    /** Records from it, until it is told to end. */
    Trapless.Running record(Path trace, Object... options) throws IOException {
        return Trapless.start(
                "record", "--session", name, "--shm-path", leftovers.shm(), "-o", trace, "--quiet", List.of(options));
    }

    /** Takes what its rings hold now. */
    List<TraceEvent> recover(Path trace) throws Exception {
        Trapless.run("recover", name, "--shm-path", leftovers.shm(), "-o", trace)
                .succeeded();
        return TraceEvent.view(trace);
    }

    /** What {@code trapless sessions} says of it. */
    String listed() throws Exception {
        return Trapless.run("sessions", "--shm-path", leftovers.shm())
                .succeeded()
                .out();
    }

    /** Its ring file. */
    Path rings() {
        return leftovers.shm().resolve(name).resolve("rings");
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(leftovers.shm())) {
            leftovers.delete();
        }
    }
}
