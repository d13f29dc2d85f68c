package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.sdt.UsdtProbes;
import io.trapless.binary.symbol.SymbolTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, nothing but {@link ElfException} comes out, and soon. */
class DamagedElfTest {
    private static final String SOURCE = """
            #include <stdexcept>
            #include <sys/sdt.h>
            int main(int argc, char **argv) {
                DTRACE_PROBE2(demo, start, argc, argv);
                try { if (argc > 1) throw std::runtime_error("x"); } catch (const std::exception &) { return 1; }
                return 0;
            }
            """;
    private static final int ROUNDS = 1500;

    @TempDir
    static Path directory;

    private static byte[] build(String name, String... options) throws IOException {
        return Files.readAllBytes(Tools.compile(directory, name, SOURCE, options));
    }

    /** Asks for everything that there is; returns how far it came. */
    static boolean readAll(byte[] bytes) {
        try {
            ElfFile file = ElfFile.parse(bytes);
            tryPart(() -> file.dynamic().needed());
            tryPart(() -> file.notes().size());
            tryPart(file::interpreter);
            tryPart(() -> file.relocations().codePointers());
            tryPart(() -> file.ehFrame().landingPads());
            tryPart(file::pltEntries);
            tryPart(file::rseqCriticalSections);
            tryPart(() -> SymbolTable.withDebugFiles(file, directory, directory.resolve("x"))
                    .functions());
            tryPart(() -> UsdtProbes.read(file));
            return true;
        } catch (ElfException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return false;
        }
    }

    private interface Part {
        Object read() throws ElfException;
    }

    private static void tryPart(Part part) {
        try {
            part.read();
        } catch (ElfException e) {
            assertThat(e.error()).isNotNull();
        }
    }

    @Test
    void everyTruncationIsAnErrorOrReadable() throws IOException {
        byte[] bytes = build("truncated.cc", "-O2", "-g0", "-s");
        assertThat(bytes.length).isLessThan(40_000);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(readAll(Arrays.copyOf(bytes, length)))
                    .as("length %d", length)
                    .isFalse();
        }
        assertThat(readAll(bytes)).isTrue();
    }

    @Test
    void everyTruncationWithoutSectionHeadersIsAnErrorOrReadable() throws IOException {
        byte[] bytes = build("bare.cc", "-O2", "-g0", "-s");
        Arrays.fill(bytes, 40, 48, (byte) 0);
        Arrays.fill(bytes, 60, 64, (byte) 0);
        for (int length = 0; length < bytes.length; length += 7) {
            readAll(Arrays.copyOf(bytes, length));
        }
    }

    @Test
    void randomChangesGiveNothingButElfExceptions() throws IOException {
        long seed = System.nanoTime();
        System.out.println("DamagedElfTest seed " + seed);
        Random random = new Random(seed);
        byte[][] originals = {
            build("flipped.cc", "-O2", "-g0"),
            build("flippedstatic.cc", "-O2", "-g0", "-no-pie", "-s"),
            build("flippedrelr.cc", "-O2", "-g0", "-Wl,-z,pack-relative-relocs")
        };
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = originals[round % originals.length].clone();
            int changes = 1 + random.nextInt(8);
            for (int i = 0; i < changes; i++) {
                change(bytes, random);
            }
            try {
                readAll(bytes);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    /** Half of the changes hit the headers, where they do most; some are the values that arithmetic fears. */
    private static void change(byte[] bytes, Random random) {
        int at = switch (random.nextInt(4)) {
            case 0 -> random.nextInt(64 + 56 * 12);
            case 1 -> bytes.length - 1 - random.nextInt(Math.min(bytes.length, 64 * 32));
            default -> random.nextInt(bytes.length);
        };
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) 0xFF);
            default -> {
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) 0);
                bytes[Math.min(bytes.length - 1, at + 7)] = 0x7F;
            }
        }
    }
}
