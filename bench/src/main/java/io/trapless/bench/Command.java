package io.trapless.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the tools that the benchmark needs. */
final class Command {

    private Command() {}

    /**
     * How a command ended.
     *
     * @param output standard output and error, mixed
     */
    record Result(int exitStatus, String output) {}

    /** True if PATH has a program of that name. */
    static boolean isInstalled(String name) {
        @Nullable String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    /** Runs a command to its end. */
    static Result run(int timeoutSeconds, List<String> words) throws IOException, InterruptedException, BenchException {
        Path output = Files.createTempFile("trapless-bench", ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new BenchException(words.getFirst() + " did not end in " + timeoutSeconds + " s");
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }

    /** Runs a command that has to succeed, and returns its output. */
    static String check(int timeoutSeconds, List<String> words)
            throws IOException, InterruptedException, BenchException {
        Result result = run(timeoutSeconds, words);
        if (result.exitStatus() != 0) {
            throw new BenchException(String.join(" ", words) + ": "
                    + result.output()
                            .lines()
                            .filter(line -> !line.isBlank())
                            .findFirst()
                            .orElse("failed"));
        }
        return result.output();
    }
}
