package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EhFrameTest {
    private static final Pattern FDE = Pattern.compile(" FDE .* pc=([0-9a-f]+)\\.\\.([0-9a-f]+)$");
    private static final Pattern CALL_SITE = Pattern.compile(
            "\\.uleb128 \\.LEH\\w+-\\.\\w+\\s+\\.uleb128 \\.LEH\\w+-\\.LEH\\w+\\s+\\.uleb128 (Lpad_\\d+)-");

    private static final String THROWING = """
            #include <string>
            #include <stdexcept>
            #include <vector>
            struct Guard { int &n; ~Guard() { n++; } };
            int depth(int n, int &count) {
                Guard guard{count};
                if (n == 0) throw std::runtime_error("deep");
                try { return depth(n - 1, count) + 1; }
                catch (const std::logic_error &e) { return -1; }
            }
            int main(int argc, char **argv) {
                int count = 0;
                std::vector<std::string> names(argc, "x");
                try { return depth(argc, count); }
                catch (const std::runtime_error &e) { return names[0].size() + count; }
                catch (...) { return 99; }
            }
            """;

    @TempDir
    static Path directory;

    @Test
    void rangesAreThoseOfReadelf() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            try (ElfFile file = ElfFile.open(path)) {
                List<String> theirs = new ArrayList<>();
                boolean inFrame = false;
                for (String line : Tools.lines("readelf", "-wNf", path.toString())) {
                    if (line.startsWith("Contents of the ")) {
                        inFrame = line.contains(" .eh_frame ");
                    }
                    Matcher matcher = FDE.matcher(line);
                    if (inFrame && matcher.find() && !matcher.group(1).equals(matcher.group(2))) {
                        theirs.add(Long.parseLong(matcher.group(1), 16) + " " + Long.parseLong(matcher.group(2), 16));
                    }
                }
                List<String> ours = file.ehFrame().entries().stream()
                        .map(entry -> entry.start() + " " + entry.end())
                        .toList();
                assertThat(ours).as(path.toString()).containsExactlyInAnyOrderElementsOf(theirs);
            }
        }
    }

    /** The compiler's own labels of landing pads are made visible to the linker and compared. */
    @Test
    void landingPadsAreTheCompilersLabels() throws IOException {
        Path source = Files.writeString(directory.resolve("throwing.cc"), THROWING);
        Path assembly = directory.resolve("throwing.s");
        Tools.run("g++", "-O2", "-g0", "-S", "-o", assembly.toString(), source.toString());
        String text = Files.readString(assembly).replaceAll("\\.L(\\d+)\\b", "Lpad_$1");
        Files.writeString(assembly, text);
        Path program = directory.resolve("throwing");
        Tools.run("g++", "-o", program.toString(), assembly.toString());
        TreeSet<String> labels = new TreeSet<>();
        Matcher matcher = CALL_SITE.matcher(text);
        while (matcher.find()) {
            labels.add(matcher.group(1));
        }
        assertThat(labels).hasSizeGreaterThan(3);
        try (ElfFile file = ElfFile.open(program)) {
            TreeSet<Long> expected = new TreeSet<>();
            for (String label : labels) {
                expected.add(ElfFileTest.symbol(file, label));
            }
            assertThat(file.ehFrame().landingPads())
                    .isEqualTo(expected.stream().mapToLong(Long::longValue).toArray());
            EhFrame.Fde main = file.ehFrame().covering(ElfFileTest.symbol(file, "main") + 4);
            assertThat(main).isNotNull();
            assertThat(main.start()).isEqualTo(ElfFileTest.symbol(file, "main"));
            assertThat(main.lsda()).isNotZero();
        }
    }

    private static final String PARTS = """
            .text
            .macro part name
            .globl \\name
            \\name: .cfi_startproc
            .endm
            .macro end
            ret
            .cfi_endproc
            .endm
            part begun
            .cfi_def_cfa_offset 64
            nop
            end
            part padded
            nop
            .cfi_def_cfa_offset 720
            end
            part pushes
            push %rbp
            .cfi_def_cfa_offset 16
            pop %rbp
            .cfi_def_cfa_offset 8
            end
            part subtracts
            sub $64, %rsp
            .cfi_def_cfa_offset 72
            add $64, %rsp
            .cfi_def_cfa_offset 8
            end
            part leaf
            xor %eax, %eax
            end
            """;

    /** A part of a function may tell so only behind a nop, before which it has no landing pad. */
    @Test
    void partsBeginInAFrame() throws IOException {
        Path assembly = directory.resolve("parts.s");
        Files.writeString(assembly, PARTS);
        Path library = directory.resolve("parts.so");
        Tools.run("gcc", "-shared", "-nostdlib", "-o", library.toString(), assembly.toString());
        try (ElfFile file = ElfFile.open(library)) {
            List<String> parts = new ArrayList<>();
            for (String name : List.of("begun", "padded", "pushes", "subtracts", "leaf")) {
                EhFrame.Fde entry = file.ehFrame().covering(ElfFileTest.symbol(file, name));
                assertThat(entry).as(name).isNotNull();
                if (entry.startsInFrame()) {
                    parts.add(name);
                }
            }
            assertThat(parts).containsExactly("begun", "padded");
        }
    }
}
