package io.trapless.binary.elf;

import io.trapless.fuzz.Fuzzing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** {@link ElfFuzz} over libraries of a few kilobytes that hold every kind of table. */
class ElfFuzzTest {
    private static final int MAX_BYTES = 16 << 10;

    private static final String SOURCE = """
            #include <sys/sdt.h>
            static __thread int counter;
            int helper(int n);
            void on_exit_of(int *p) { *p = 0; }
            int (*table[])(int) = { helper, 0 };
            __attribute__((visibility("default"))) int _ZN4demo5entryEi(int n) {
                int guarded __attribute__((cleanup(on_exit_of))) = n;
                DTRACE_PROBE3(demo, start, n, &table, (char) n);
                switch (n) {
                    case 0: return helper(3); case 1: return helper(5) + 1; case 2: return 7; case 3: return helper(9);
                    case 4: return 11 + counter; case 5: return helper(13); default: return table[n & 1](guarded);
                }
            }
            __asm__(".pushsection __rseq_cs,\\"aw\\"; .balign 32; .long 0,0; .quad _ZN4demo5entryEi, 4, _ZN4demo5entryEi; .popsection");
            """;

    @TempDir
    static Path directory;

    private static final List<byte[]> SEEDS = new ArrayList<>();

    @BeforeAll
    static void build() throws IOException {
        List<String> small = List.of(
                "-O2", "-nostdlib", "-fexceptions", "-Wl,-z,noseparate-code", "-Wl,-z,norelro", "-Wl,--build-id");
        SEEDS.add(library("full.c", small, "-shared", "-fPIC"));
        SEEDS.add(library("stripped.c", small, "-shared", "-fPIC", "-s", "-Wl,-z,pack-relative-relocs"));
        SEEDS.add(library("fixed.c", small, "-no-pie", "-static", "-Wl,--unresolved-symbols=ignore-all"));
        byte[] bare = SEEDS.get(1).clone();
        java.util.Arrays.fill(bare, 40, 48, (byte) 0);
        java.util.Arrays.fill(bare, 60, 64, (byte) 0);
        SEEDS.add(bare);
        SEEDS.add(withMiniDebugInfo());
    }

    private static byte[] library(String name, List<String> options, String... more) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return Files.readAllBytes(Tools.compile(directory, name, SOURCE, all.toArray(String[]::new)));
    }

    private static byte[] withMiniDebugInfo() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(packed, new LZMA2Options(0))) {
            xz.write(SEEDS.getFirst());
        }
        Path section = Files.write(directory.resolve("packed.xz"), packed.toByteArray());
        Path output = directory.resolve("mini.bin");
        Tools.run(
                "objcopy",
                "--add-section",
                ".gnu_debugdata=" + section,
                directory.resolve("stripped.bin").toString(),
                output.toString());
        return Files.readAllBytes(output);
    }

    @Test
    void damagedFilesGiveNothingButElfExceptions() {
        Fuzzing.replay(ElfFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noBytesSurpriseTheReader(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(ElfFuzz.class, folder, SEEDS, MAX_BYTES);
    }
}
