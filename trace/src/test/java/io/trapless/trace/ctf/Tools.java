package io.trapless.trace.ctf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the field's own tools. */
public final class Tools {
    /** What a command printed. */
    public record Output(int status, String out, String err) {}

    private Tools() {}

    /** Runs babeltrace2 in UTC. */
    public static Output babeltrace(String... arguments) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/babeltrace2"))) {
            throw new AssertionError("babeltrace2 is missing: install the package babeltrace2");
        }
        List<String> command = new java.util.ArrayList<>(List.of("/usr/bin/babeltrace2"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a command to its end, for three minutes at most. */
    public static Output run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("out", ".txt");
        Path err = Files.createTempFile("err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TZ", "UTC");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                throw new AssertionError(command.getFirst() + " does not end");
            }
            return new Output(process.exitValue(), text(out), text(err));
        } finally {
            process.destroyForcibly();
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
