package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compiles the targets under {@code src/test/c}, each once. */
final class Programs {

    private Programs() {}

    /** The program made of {@code NAME.c} or {@code NAME.cc}. */
    static Path compiled(String name) throws IOException, InterruptedException {
        return compiled(name, "", List.of());
    }

    /**
     * The same, made in another way.
     *
     * @param variant what its name ends in; empty for the usual way
     * @param compiler the command and its options; empty for the usual ones
     */
    static synchronized Path compiled(String name, String variant, List<String> compiler)
            throws IOException, InterruptedException {
        Path sources = Trapless.home().resolve("e2e/src/test/c");
        Path folder = Path.of(System.getProperty("trapless.programs", Trapless.home() + "/e2e/target/programs"));
        Files.createDirectories(folder);
        boolean plusPlus = Files.exists(sources.resolve(name + ".cc"));
        Path source = sources.resolve(name + (plusPlus ? ".cc" : ".c"));
        Path program = folder.resolve(name + variant);
        if (Files.exists(program) && isNewer(program, source) && isNewer(program, sources.resolve("target.h"))) {
            return program;
        }
        Path fresh = folder.resolve(name + variant + ".new");
        List<String> command = new ArrayList<>(compiler.isEmpty() ? List.of(plusPlus ? "g++" : "gcc") : compiler);
        command.addAll(List.of("-O2", "-Wall", "-pthread", "-o", fresh.toString(), source.toString()));
        run(command);
        Files.move(fresh, program, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return program;
    }

    /** A command under {@code leash}, so that it dies with the test. */
    static List<String> leashed(List<String> command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(compiled("leash").toString()));
        words.addAll(command);
        return words;
    }

    /** Runs a command that must succeed and returns its output. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("trapless-e2e", ".log");
        try {
            Process process = startFor(command, output);
            int status = process.waitFor();
            String text = Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1);
            if (status != 0) {
                throw new AssertionError(String.join(" ", command) + ": exit status " + status + ": " + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }

    private static Process startFor(List<String> command, Path output) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new AssertionError(command.getFirst() + " is missing; './check' as root installs its package", e);
        }
    }

    private static boolean isNewer(Path product, Path source) throws IOException {
        return Files.getLastModifiedTime(product).compareTo(Files.getLastModifiedTime(source)) > 0;
    }

    /** Makes a certificate that vouches for itself, and its private key. */
    static void selfSigned(String subject, Path key, Path certificate) throws IOException, InterruptedException {
        run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                subject,
                "-days",
                "30",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
    }
}
