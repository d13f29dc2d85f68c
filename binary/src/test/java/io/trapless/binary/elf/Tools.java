package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Runs the tools that tests build fixtures with and compare with; a missing one is a failure that names its package. */
public final class Tools {
    private static final Map<String, String> PACKAGES = Map.of(
            "gcc",
            "gcc",
            "g++",
            "g++",
            "readelf",
            "binutils",
            "objdump",
            "binutils",
            "nm",
            "binutils",
            "objcopy",
            "binutils",
            "eu-elflint",
            "elfutils",
            "strip",
            "binutils",
            "c++filt",
            "binutils",
            "xz",
            "xz-utils");

    private Tools() {}

    /** Standard output of a command that must succeed. */
    public static String run(String... command) {
        return new String(runForBytes(command), StandardCharsets.UTF_8);
    }

    public static byte[] runForBytes(String... command) {
        try {
            Path errors = Files.createTempFile("trapless-test", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectError(errors.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .start();
                byte[] output = process.getInputStream().readAllBytes();
                assertThat(process.waitFor())
                        .as(() -> String.join(" ", command) + ": " + read(errors))
                        .isZero();
                return output;
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            return fail(command[0] + " cannot be run: install Debian package "
                    + PACKAGES.getOrDefault(command[0], command[0]));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    public static List<String> lines(String... command) {
        return run(command).lines().toList();
    }

    /** Builds a program from source text with gcc (or g++ for {@code .cc}) in a directory. */
    public static Path compile(Path directory, String fileName, String source, String... options) {
        try {
            Path input = Files.writeString(directory.resolve(fileName), source);
            Path output = directory.resolve(fileName.replaceAll("\\.[a-zA-Z]+$", ".bin"));
            List<String> command = new ArrayList<>();
            command.add(fileName.endsWith(".cc") ? "g++" : "gcc");
            command.addAll(List.of("-o", output.toString(), input.toString()));
            command.addAll(List.of(options));
            run(command.toArray(String[]::new));
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Real libraries and programs that any Debian machine with a compiler has; only those that are there. */
    public static List<Path> sampleBinaries() {
        String libraries = "/usr/lib/x86_64-linux-gnu/";
        return Stream.of(
                        libraries + "libc.so.6",
                        libraries + "libm.so.6",
                        libraries + "libstdc++.so.6",
                        libraries + "libcrypto.so.3",
                        libraries + "libpython3.11.so.1.0",
                        libraries + "libgcc_s.so.1",
                        "/lib64/ld-linux-x86-64.so.2",
                        "/bin/bash",
                        "/usr/bin/ls",
                        "/usr/bin/redis-server")
                .map(Path::of)
                .filter(Files::isRegularFile)
                .toList();
    }

    /** Every ELF program and library for x86-64 below the usual directories, each file once. */
    public static List<Path> allBinaries() {
        TreeSet<Path> found = new TreeSet<>();
        for (String directory : List.of("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local", "/opt")) {
            Path root = Path.of(directory);
            if (Files.isDirectory(root)) {
                try (Stream<Path> files = Files.find(root, 12, (p, a) -> a.isRegularFile() && a.size() > 64)) {
                    files.filter(Tools::isImage).forEach(found::add);
                } catch (IOException | UncheckedIOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return List.copyOf(found);
    }

    private static boolean isImage(Path path) {
        // Separate debug files have the headers of an image but none of its bytes.
        if (!Files.isReadable(path) || path.startsWith("/usr/lib/debug")) {
            return false;
        }
        try (ElfFile file = ElfFile.open(path)) {
            return file.entryAddress() >= 0;
        } catch (ElfException e) {
            // Not ours to read; files that are, and that fail, are found by the oracle's tests on known libraries.
            assertThat(e.error()).isNotEqualTo(ElfError.MALFORMED);
            return false;
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
