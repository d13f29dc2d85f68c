package io.trapless.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder where the benchmark's programs are compiled and where peers put their traces. Closing it deletes everything in it. */
final class Programs implements AutoCloseable {
    private static final String[] SOURCES = {"harness.h", "loop.c", "lttng.c", "lttng-events.h", "uftrace.c"};
    private static final int COMPILE_SECONDS = 60;

    private final Path folder;

    private Programs(Path folder) {
        this.folder = folder;
    }

    /** Makes a folder of our own, which other users may enter (a peer may run as somebody else), with the sources in it. */
    static Programs unpack() throws IOException {
        Path folder = Files.createTempDirectory("trapless-bench");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String source : SOURCES) {
            try (InputStream in = Programs.class.getResourceAsStream(source)) {
                if (in == null) {
                    throw new IOException(source + " is not among the resources");
                }
                Files.copy(in, folder.resolve(source));
            }
        }
        return new Programs(folder);
    }

    /** A path in the folder. */
    Path path(String name) {
        return folder.resolve(name);
    }

    /**
     * Compiles {@code NAME.c} into {@code NAME}.
     *
     * @param options further words for gcc: libraries last
     */
    Path compile(String name, String... options) throws IOException, InterruptedException, BenchException {
        if (!Command.isInstalled("gcc")) {
            throw new BenchException("the benchmark compiles its target; install gcc");
        }
        Path program = path(name);
        List<String> words = new ArrayList<>(List.of(
                "gcc",
                "-O2",
                "-I",
                folder.toString(),
                "-o",
                program.toString(),
                path(name + ".c").toString(),
                "-pthread"));
        words.addAll(List.of(options));
        Command.Result result = Command.run(COMPILE_SECONDS, words);
        if (result.exitStatus() != 0) {
            throw new BenchException(name + ".c does not compile: "
                    + result.output().lines().findFirst().orElse(""));
        }
        return program;
    }

    @Override
    public void close() throws IOException {
        delete(folder);
    }

    /** Deletes a file or a folder with all it holds; nothing happens if there is none. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
