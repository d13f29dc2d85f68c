package io.trapless.binary.dwarf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with debugging information, it is told or reads as absent, the walk ends, and everything is closed again. */
class DamagedDwarfTest {
    private static final int ROUNDS = 400;

    @TempDir
    static Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-g -O2", "-gdwarf-4 -O2", "-g -O0"})
    void damagedBytes(String options) throws Exception {
        Path program = Samples.build(directory, "good", options.split(" "));
        byte[] good = Files.readAllBytes(program);
        List<Section> sections;
        try (ElfFile elf = ElfFile.open(program)) {
            sections = elf.sections().stream()
                    .filter(s -> s.name().startsWith(".debug_") || s.name().equals(".eh_frame"))
                    .filter(s -> s.sizeBytes() > 0)
                    .toList();
        }
        assertThat(sections).hasSizeGreaterThan(4);
        // libdw is not ours: the same damage every time, unless another is asked for
        long seed = Long.getLong("trapless.seed", 20_111_124L);
        System.out.println("damaged DWARF: -Dtrapless.seed=" + seed);
        Random random = new Random(seed);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bad = good.clone();
            for (int i = 1 + random.nextInt(12); i > 0; i--) {
                Section section = sections.get(random.nextInt(sections.size()));
                int at = (int) (section.offset() + random.nextInt((int) section.sizeBytes()));
                bad[at] = (byte) (random.nextBoolean() ? random.nextInt() : bad[at] ^ 1 << random.nextInt(8));
            }
            read += readAll(Files.write(directory.resolve("bad"), bad)) ? 1 : 0;
        }
        assertThat(read).as("files that could be opened").isGreaterThan(ROUNDS / 2);
        assertThat(openDescriptors(directory.resolve("bad"))).isZero();
    }

    @Test
    void cutFiles() throws Exception {
        byte[] good = Files.readAllBytes(Samples.build(directory, "whole", "-g", "-O2"));
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            byte[] cut = java.util.Arrays.copyOf(good, random.nextInt(good.length));
            readAll(Files.write(directory.resolve("cut"), cut));
        }
        assertThat(openDescriptors(directory.resolve("cut"))).isZero();
    }

    private static boolean readAll(Path path) {
        long start = System.nanoTime();
        try (ElfFile elf = ElfFile.open(path);
                DwarfFile file = DwarfFile.open(elf, Path.of("/"), path, List.of())) {
            for (long address = 0x1000; address < 0x1400; address += 16) {
                file.functionAt(address);
                file.framesAt(address);
            }
            DwarfType.Struct struct = file.struct("node", false);
            if (struct != null) {
                file.members(struct);
            }
            file.enumeration("color");
            file.typedef("named_by_typedef");
            file.inlined("twice");
            file.line("good.c", 40, 0);
            return true;
        } catch (DwarfException | ElfException e) {
            return false;
        } finally {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
        }
    }

    private static long openDescriptors(Path file) throws Exception {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(link -> {
                        try {
                            return Files.readSymbolicLink(link).startsWith(file);
                        } catch (java.io.IOException e) {
                            return false; // it was closed meanwhile
                        }
                    })
                    .count();
        }
    }
}
