package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lengths against objdump: no difference that {@link ObjdumpComparison.Explained} does not explain. */
class ObjdumpTest {
    private static final String LIBRARIES = "/usr/lib/x86_64-linux-gnu/";

    /** Compilers' output, vector code by hand, cryptography with tables inside the code, and old encodings. */
    private static final List<String> SAMPLE = List.of(
            LIBRARIES + "libcrypto.so.3",
            LIBRARIES + "libc.so.6",
            LIBRARIES + "libm.so.6",
            LIBRARIES + "ld-linux-x86-64.so.2",
            LIBRARIES + "libgcrypt.so.20",
            LIBRARIES + "libstdc++.so.6",
            LIBRARIES + "libpython3.11.so.1.0",
            "/usr/bin/bash",
            "/usr/bin/redis-server");

    private static final long SAMPLE_INSTRUCTIONS = 250_000;

    @Test
    void sampleOfRealPrograms() {
        ObjdumpComparison comparison = new ObjdumpComparison();
        for (String file : SAMPLE) {
            if (Files.exists(Path.of(file))) {
                comparison.compare(Path.of(file), SAMPLE_INSTRUCTIONS);
            }
        }
        System.out.println("objdump sample: " + comparison);
        assertThat(comparison.unexplained()).isEmpty();
        assertThat(comparison.instructions()).isGreaterThan(500_000);
    }

    /** Takes about as long as objdump takes over the whole machine; one line a file is printed. */
    @Test
    @Tag("long")
    void everyExecutableOfTheMachine() throws IOException {
        ObjdumpComparison comparison = new ObjdumpComparison();
        for (Path file : executables()) {
            comparison.compare(file, Long.MAX_VALUE / 2);
            assertThat(comparison.unexplained()).as(file.toString()).isEmpty();
        }
        System.out.println("objdump, everything: " + comparison);
    }

    private static List<Path> executables() throws IOException {
        List<Path> list = new ArrayList<>();
        Set<Object> seen = new HashSet<>();
        for (String root : List.of("/usr", "/opt")) {
            Files.walkFileTree(Path.of(root), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()
                            && attributes.size() > 64
                            && isElf(file)
                            && seen.add(attributes.fileKey())) {
                        list.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return list;
    }

    /** An executable or a shared library for x86-64; separate debug files have no code in their sections. */
    private static boolean isElf(Path file) {
        if (file.toString().endsWith(".debug")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(20);
            return head.length == 20
                    && head[0] == 0x7F
                    && head[1] == 'E'
                    && head[2] == 'L'
                    && head[3] == 'F'
                    && head[4] == 2
                    && (head[16] == 2 || head[16] == 3)
                    && head[18] == 62;
        } catch (IOException e) {
            return false;
        }
    }
}
