package io.trapless.binary.dwarf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines and inlined functions of all bytes of a program agree with what addr2line says. */
class FrameSourcesTest {
    private static final List<String> FUNCTIONS = List.of("visit", "other", "first", "second", "main");

    /** Inlined functions within each other, across files, and in blocks. */
    private static final String NESTED = """
            #include <stdio.h>
            #include "nested.h"
            static volatile int sink;
            #define INLINE static inline __attribute__((always_inline))
            INLINE int innermost(int x) { sink = x; return x + sink; }
            INLINE int between(int x)
            {
                int sum = 0;
                for (int i = 0; i < 3; i++) {
                    int square = i * i;
                    sum += innermost(square + x);
                }
                return sum;
            }
            INLINE int outermost(int x) { return between(x) + from_header(x); }
            __attribute__((noinline)) int caller(int x)
            {
                int a = outermost(x);
                return a + innermost(a);
            }
            int main(int count, char **words) { return caller(count) == 0; }
            """;

    private static final String HEADER = """
            static volatile int other_sink;
            static inline __attribute__((always_inline)) int from_header(int y)
            {
                other_sink = y;
                return other_sink + 1;
            }
            """;

    @TempDir
    static Path directory;

    /** Addresses of all bytes of functions. */
    private static List<Long> addresses(Path program, List<String> functions) {
        List<Long> addresses = new ArrayList<>();
        for (String line : Tools.lines("nm", "-S", program.toString())) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 4 && functions.contains(words[3])) {
                long start = Long.parseLong(words[0], 16);
                for (long i = 0; i < Long.parseLong(words[1], 16); i++) {
                    addresses.add(start + i);
                }
            }
        }
        assertThat(addresses).hasSizeGreaterThan(40);
        return addresses;
    }

    /** What addr2line says of each address: lines of an address, the innermost function first, the function's own last. */
    private static List<List<String>> theirs(Path program, List<Long> addresses) {
        List<String> command = new ArrayList<>(List.of("addr2line", "-a", "-i", "-f", "-e", program.toString()));
        addresses.forEach(address -> command.add(Long.toHexString(address)));
        List<List<String>> all = new ArrayList<>();
        List<String> lines = Tools.lines(command.toArray(String[]::new));
        for (int i = 0; i < lines.size(); ) {
            if (lines.get(i).startsWith("0x")) {
                all.add(new ArrayList<>());
                i++;
            } else {
                String position = lines.get(i + 1).replaceFirst(" \\(discriminator \\d+\\)$", "");
                all.getLast().add(lines.get(i) + " " + position);
                i += 2;
            }
        }
        return all;
    }

    private static String text(@Nullable SourcePosition position) {
        return position == null ? "??:?" : position.file() + ":" + position.line();
    }

    /** The same of ours; the outermost function has no name here. */
    private static List<String> ours(DwarfFile file, long address) {
        SourceFrames frames = file.framesAt(address);
        List<String> lines = new ArrayList<>();
        frames.inlined().forEach(frame -> lines.add(frame.symbol() + " " + text(frame.position())));
        lines.add(text(frames.position()));
        return lines;
    }

    private static void agrees(Path program, List<String> functions) throws Exception {
        List<Long> addresses = addresses(program, functions);
        List<List<String>> theirs = theirs(program, addresses);
        assertThat(theirs).hasSameSizeAs(addresses);
        try (DwarfFile file = Samples.open(program)) {
            for (int i = 0; i < addresses.size(); i++) {
                List<String> expected = new ArrayList<>(theirs.get(i));
                expected.addLast(expected.removeLast().replaceFirst("^\\S+ ", ""));
                assertThat(ours(file, addresses.get(i)))
                        .as(program + " 0x" + Long.toHexString(addresses.get(i)))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O0", "-g -O2", "-gdwarf-4 -O2", "-gdwarf-3 -gstrict-dwarf -O2", "-gdwarf-2 -O2"})
    void addr2lineSaysTheSame(String options) throws Exception {
        String name = "same" + options.replaceAll("[^a-zA-Z0-9]", "_");
        agrees(Samples.build(directory, name, options.split(" ")), FUNCTIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O1", "-g -O2", "-gdwarf-4 -O2"})
    void inlinedFunctionsWithinEachOther(String options) throws Exception {
        Files.writeString(directory.resolve("nested.h"), HEADER);
        Path program = Tools.compile(directory, "nested.c", NESTED, options.split(" "));
        agrees(program, List.of("caller", "main"));
        List<List<String>> chains = new ArrayList<>();
        try (DwarfFile file = Samples.open(program)) {
            for (long address : addresses(program, List.of("caller", "main"))) {
                chains.add(file.framesAt(address).inlined().stream()
                        .map(InlinedFrame::symbol)
                        .toList());
            }
        }
        assertThat(chains)
                .contains(
                        List.of("innermost", "between", "outermost"),
                        List.of("from_header", "outermost"),
                        List.of("innermost"),
                        List.of());
    }

    /** addr2line does not read split files; the code is that of a program that was not split. */
    @Test
    void splitFilesAreReadToo() throws Exception {
        Path whole = Samples.build(directory, "parts", "-g", "-O2");
        List<Long> addresses = addresses(whole, FUNCTIONS);
        List<List<String>> expected = new ArrayList<>();
        try (DwarfFile file = Samples.open(whole)) {
            addresses.forEach(address -> expected.add(ours(file, address)));
        }
        Path split = Samples.build(directory, "parts", "-g", "-O2", "-gsplit-dwarf");
        assertThat(addresses(split, FUNCTIONS)).isEqualTo(addresses);
        try (DwarfFile file = Samples.open(split)) {
            for (int i = 0; i < addresses.size(); i++) {
                assertThat(ours(file, addresses.get(i))).isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void mangledNamesAreThoseOfSymbols() throws Exception {
        Path program = Tools.compile(directory, "names.cc", """
                static volatile int sink;
                namespace space { struct S { __attribute__((always_inline)) int method(int x) const { sink = x; return sink; } }; }
                __attribute__((noinline)) int caller(int x) { return space::S().method(x) + 1; }
                int main(int count, char **) { return caller(count); }
                """, "-g", "-O2");
        List<String> names = new ArrayList<>();
        try (DwarfFile file = Samples.open(program)) {
            for (long address = 0; address < 0x5000; address++) {
                file.framesAt(address).inlined().forEach(frame -> names.add(frame.symbol()));
            }
        }
        assertThat(names).isNotEmpty().containsOnly("_ZNK5space1S6methodEi");
    }

    @Test
    void whereThereIsNoCodeNothingIsKnown() throws Exception {
        Path program = Samples.build(directory, "outside", "-g", "-O2");
        try (ElfFile elf = ElfFile.open(program);
                DwarfFile file = DwarfFile.open(elf, Path.of("/"), program, List.of())) {
            for (long address : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x7fff_ffff_0000L}) {
                assertThat(file.framesAt(address)).isEqualTo(SourceFrames.NONE);
            }
        }
    }
}
