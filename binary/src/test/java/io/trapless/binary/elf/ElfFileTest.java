package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
    private static final String SOURCE = """
            #include <stdio.h>
            static int twice(int x) { return 2 * x; }
            int (*table[3])(int) = {twice, twice, twice};
            __attribute__((constructor)) static void early(void) { puts("early"); }
            int main(int argc, char **argv) { return table[argc](argc); }
            """;

    @TempDir
    static Path directory;

    private static Path program;

    @BeforeAll
    static void build() {
        program = Tools.compile(directory, "plain.c", SOURCE, "-O1", "-g0");
    }

    @Test
    void sectionsAreThoseOfReadelf() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            try (ElfFile file = ElfFile.open(path)) {
                List<String> ours = new ArrayList<>();
                for (Section section :
                        file.sections().subList(1, file.sections().size())) {
                    ours.add("%s %016x %06x %06x"
                            .formatted(section.name(), section.address(), section.offset(), section.sizeBytes()));
                }
                List<String> theirs = Tools.lines("readelf", "-SW", path.toString()).stream()
                        .filter(line -> line.matches("\\s+\\[ *[1-9][0-9]*\\].*"))
                        .map(line -> line.replaceFirst("^\\s+\\[ *\\d+\\] ", "").split(" +"))
                        .map(word -> word[0] + " " + word[2] + " " + word[3] + " " + word[4])
                        .toList();
                assertThat(ours).as(path.toString()).isEqualTo(theirs);
            }
        }
    }

    @Test
    void dynamicEntriesAndIdentityAreThoseOfReadelf() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            try (ElfFile file = ElfFile.open(path)) {
                String dynamic = Tools.run("readelf", "-dW", path.toString());
                assertThat(file.needed()).isEqualTo(bracketed(dynamic, "NEEDED"));
                assertThat(file.soname() == null ? List.of() : List.of(file.soname()))
                        .isEqualTo(bracketed(dynamic, "SONAME"));
                String notes = Tools.run("readelf", "-nW", path.toString());
                String id = file.buildId();
                assertThat(id == null ? !notes.contains("Build ID:") : notes.contains("Build ID: " + id))
                        .isTrue();
                String header = Tools.run("readelf", "-hW", path.toString());
                assertThat(header).contains("0x" + Long.toHexString(file.entryAddress()) + "\n");
                String segments = Tools.run("readelf", "-lW", path.toString());
                String interpreter = file.interpreter();
                assertThat(segments.contains("program interpreter: ")).isEqualTo(interpreter != null);
                assertThat(segments).contains(interpreter == null ? "" : "interpreter: " + interpreter + "]");
            }
        }
    }

    private static List<String> bracketed(String dynamic, String tag) {
        return dynamic.lines()
                .filter(line -> line.contains("(" + tag + ")"))
                .map(line -> line.substring(line.indexOf('[') + 1, line.lastIndexOf(']')))
                .toList();
    }

    @Test
    void addressesAndFileOffsetsConvertBothWays() throws IOException {
        try (ElfFile file = ElfFile.open(program)) {
            Section text = file.section(".text");
            assertThat(file.fileOffset(text.address())).hasValue(text.offset());
            assertThat(file.addressOfFileOffset(text.offset() + 3)).hasValue(text.address() + 3);
            Section bss = file.section(".bss");
            assertThat(file.fileOffset(bss.endAddress() - 1)).isEmpty();
            assertThat(file.fileOffset(-1)).isEmpty();
            assertThat(file.addressOfFileOffset(file.fileSizeBytes())).isEmpty();
            assertThat(file.readAt(text.address(), 16).toByteArray())
                    .isEqualTo(file.read(text).slice(0, 16).toByteArray());
            assertThat(file.isCode(file.entryAddress())).isTrue();
            assertThat(file.isCode(bss.address())).isFalse();
            assertThat(file.isPositionIndependent()).isTrue();
        }
    }

    @Test
    void strippedSectionHeadersLoseOnlyWhatNeedsThem() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            byte[] bytes = Files.readAllBytes(path);
            byte[] stripped = bytes.clone();
            Arrays.fill(stripped, 40, 48, (byte) 0);
            Arrays.fill(stripped, 60, 64, (byte) 0);
            ElfFile whole = ElfFile.parse(bytes);
            ElfFile bare = ElfFile.parse(ByteBuffer.wrap(stripped));
            assertThat(bare.sections()).isEmpty();
            assertThat(bare.buildId()).isEqualTo(whole.buildId());
            assertThat(bare.soname()).isEqualTo(whole.soname());
            assertThat(names(bare.dynamicSymbols())).isEqualTo(names(whole.dynamicSymbols()));
            assertThat(bare.relocations().codePointers())
                    .isEqualTo(whole.relocations().codePointers());
            assertThat(bare.ehFrame().entries()).isEqualTo(whole.ehFrame().entries());
            assertThat(bare.ehFrame().landingPads()).isEqualTo(whole.ehFrame().landingPads());
        }
    }

    private static List<String> names(ElfSymbols symbols) throws ElfException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            names.add(symbols.name(i) + "@" + symbols.version(i));
        }
        return names;
    }

    @Test
    void whatIsNotOursIsToldInOneSentence() throws IOException {
        byte[] bytes = Files.readAllBytes(program);
        assertError(changed(bytes, 4, 1), ElfError.THIRTY_TWO_BIT);
        assertError(changed(bytes, 5, 2), ElfError.BIG_ENDIAN);
        assertError(changed(bytes, 18, 0xB7), ElfError.FOREIGN_MACHINE);
        assertError(changed(bytes, 16, 4), ElfError.NOT_AN_IMAGE);
        assertError(changed(bytes, 0, 'M'), ElfError.NOT_ELF);
        assertError(new byte[0], ElfError.NOT_ELF);
        assertError("#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), ElfError.NOT_ELF);
        assertError(Arrays.copyOf(bytes, bytes.length / 2), ElfError.TRUNCATED);
        assertUnreadable(directory.resolve("missing"), "no such file");
        assertUnreadable(directory, "not a regular file");
        assertUnreadable(Path.of("/dev/null"), "not a regular file");
        ElfException e = new ElfException(ElfError.THIRTY_TWO_BIT, "");
        assertThat(e.sentence("/bin/old"))
                .isEqualTo("/bin/old is a 32-bit ELF file: only 64-bit x86-64 programs can be traced");
    }

    private static byte[] changed(byte[] bytes, int offset, int value) {
        byte[] copy = bytes.clone();
        copy[offset] = (byte) value;
        return copy;
    }

    private static void assertError(byte[] bytes, ElfError error) {
        assertThatThrownBy(() -> ElfFile.parse(bytes))
                .isInstanceOfSatisfying(
                        ElfException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static void assertUnreadable(Path path, String detail) {
        assertThatThrownBy(() -> ElfFile.open(path)).isInstanceOfSatisfying(ElfException.class, e -> {
            assertThat(e.error()).isEqualTo(ElfError.UNREADABLE);
            assertThat(e.detail()).isEqualTo(detail);
        });
    }

    @Test
    void restartableSequencesAreFoundThroughTheirRelocations() throws IOException {
        Path path = Tools.compile(directory, "rseq.c", """
                __asm__(".pushsection __rseq_cs, \\"aw\\"\\n.balign 32\\ncs: .long 0, 0\\n"
                        ".quad seq_start, seq_end - seq_start, seq_abort\\n.popsection\\n"
                        ".text\\n.globl seq_start, seq_end, seq_abort\\n"
                        "seq_start: nop\\nnop\\nnop\\nseq_end: ret\\n"
                        ".byte 0x0f, 0xb9, 0x3d\\n.long 0x53053053\\nseq_abort: ret\\n");
                int main(void) { return 0; }
                """);
        try (ElfFile file = ElfFile.open(path)) {
            long start = symbol(file, "seq_start");
            assertThat(file.rseqCriticalSections())
                    .containsExactly(new RseqCriticalSection(
                            file.section("__rseq_cs").address(), start, start + 3, symbol(file, "seq_abort")));
        }
    }

    static long symbol(ElfFile file, String name) throws ElfException {
        ElfSymbols symbols = file.symbols();
        for (int i = 0; i < symbols.size(); i++) {
            if (symbols.name(i).equals(name)) {
                return symbols.value(i);
            }
        }
        throw new AssertionError("no symbol " + name);
    }
}
