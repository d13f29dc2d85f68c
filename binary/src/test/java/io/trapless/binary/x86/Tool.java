package io.trapless.binary.x86;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The outside programs that tests compare with. */
final class Tool {
    private Tool() {}

    /** Runs a program to its end; its output, or a failure that names the Debian package to install. */
    static String run(String debianPackage, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        try {
            Process process = start(debianPackage, command, true);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            int status = process.waitFor();
            if (status != 0) {
                throw new AssertionError(command + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Process start(String debianPackage, List<String> command, boolean withErrors) {
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(withErrors)
                    .start();
        } catch (IOException e) {
            throw new AssertionError(command.getFirst() + " can't be run: install the package " + debianPackage, e);
        }
    }

    static void deleteTree(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
