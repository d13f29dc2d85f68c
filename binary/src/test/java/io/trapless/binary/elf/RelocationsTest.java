package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelocationsTest {
    private static final Pattern ENTRY = Pattern.compile("^([0-9a-f]{8,16})  [0-9a-f]{8,16} R_X86_64_(\\w+) +(.*)$");
    /** RELR: the address alone. */
    private static final Pattern PACKED_ENTRY = Pattern.compile("^[0-9a-f]{16}$");

    private static final Pattern STUB = Pattern.compile("^([0-9a-f]+) <(.+)@plt>:$");

    private static final String POINTERS = """
            static int f(int x) { return x + 1; }
            static int g(int x) { return x + 2; }
            int data;
            void *const table[] = {f, &data, g, f, 0, &data, (char *)f + 1};
            int main(int argc, char **argv) { return ((int (*)(int))table[argc])(argc); }
            """;

    @TempDir
    static Path directory;

    @Test
    void entriesAreThoseOfReadelf() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            try (ElfFile file = ElfFile.open(path)) {
                Relocations relocations = file.relocations();
                List<String> theirs = new ArrayList<>();
                for (String line : Tools.lines("readelf", "-rW", path.toString())) {
                    Matcher matcher = ENTRY.matcher(line);
                    if (PACKED_ENTRY.matcher(line).matches()) {
                        long slot = Long.parseUnsignedLong(line, 16);
                        theirs.add(slot + " RELATIVE "
                                + Long.toHexString(file.fromAddress(slot).s64(0)));
                    }
                    if (matcher.matches()) {
                        theirs.add(Long.parseUnsignedLong(matcher.group(1), 16) + " " + shortType(matcher.group(2))
                                + " " + relativeTarget(matcher));
                    }
                }
                List<String> ours = new ArrayList<>();
                for (int i = 0; i < relocations.size(); i++) {
                    boolean relative = relocations.type(i) == Relocations.R_X86_64_RELATIVE
                            || relocations.type(i) == Relocations.R_X86_64_IRELATIVE;
                    ours.add(relocations.slot(i) + " " + typeName(relocations.type(i)) + " "
                            + (relative ? Long.toHexString(relocations.target(i).getAsLong()) : ""));
                }
                assertThat(new TreeSet<>(ours)).as(path.toString()).isEqualTo(new TreeSet<>(theirs));
            }
        }
    }

    /** readelf cuts long names of types in some versions. */
    private static String shortType(String type) {
        return type.startsWith("JUMP_SLO") ? "JUMP_SLOT" : type;
    }

    private static String relativeTarget(Matcher matcher) {
        return matcher.group(2).equals("RELATIVE") || matcher.group(2).equals("IRELATIVE")
                ? matcher.group(3).strip()
                : "";
    }

    private static String typeName(int type) {
        return switch (type) {
            case Relocations.R_X86_64_64 -> "64";
            case Relocations.R_X86_64_COPY -> "COPY";
            case Relocations.R_X86_64_GLOB_DAT -> "GLOB_DAT";
            case Relocations.R_X86_64_JUMP_SLOT -> "JUMP_SLOT";
            case Relocations.R_X86_64_RELATIVE -> "RELATIVE";
            case Relocations.R_X86_64_IRELATIVE -> "IRELATIVE";
            case 16 -> "DTPMOD64";
            case 17 -> "DTPOFF64";
            case 18 -> "TPOFF64";
            case 36 -> "TLSDESC";
            default -> "type " + type;
        };
    }

    @Test
    void packedRelativeRelocationsGiveTheSameCodePointers() throws IOException {
        Path plain = Tools.compile(directory, "rela.c", POINTERS, "-O1", "-fpie", "-pie");
        Path packed =
                Tools.compile(directory, "relr.c", POINTERS, "-O1", "-fpie", "-pie", "-Wl,-z,pack-relative-relocs");
        try (ElfFile rela = ElfFile.open(plain);
                ElfFile relr = ElfFile.open(packed)) {
            assertThat(relr.section(".relr.dyn")).isNotNull();
            assertThat(pointersInTable(relr)).isEqualTo(pointersInTable(rela)).hasSize(4);
            long f = ElfFileTest.symbol(relr, "f");
            assertThat(relr.relocations().codePointers())
                    .contains(f, f + 1, ElfFileTest.symbol(relr, "g"))
                    .doesNotContain(ElfFileTest.symbol(relr, "data"));
        }
    }

    /** The targets, relative to f, of the relocated words of {@code table} that lie in code. */
    private static List<Long> pointersInTable(ElfFile file) throws ElfException {
        long table = ElfFileTest.symbol(file, "table");
        List<Long> targets = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            long target = file.pointerAt(table + 8L * i);
            if (file.isCode(target)) {
                targets.add(target - ElfFileTest.symbol(file, "f"));
            }
        }
        return targets;
    }

    @Test
    void aStaticProgramHasItsIndirectSlots() throws IOException {
        Path program = Tools.compile(directory, "ifunc.c", """
                #include <string.h>
                int main(int argc, char **argv) { return (int)strlen(argv[0]); }
                """, "-O0", "-static", "-no-pie");
        try (ElfFile file = ElfFile.open(program)) {
            List<Relocations.IndirectSlot> slots = file.relocations().indirectSlots();
            assertThat(slots)
                    .isNotEmpty()
                    .allSatisfy(slot -> assertThat(file.isCode(slot.resolver())).isTrue());
            assertThat(slots)
                    .anySatisfy(slot -> assertThat(slot.resolver()).isEqualTo(ElfFileTest.symbol(file, "strlen")));
        }
    }

    @Test
    void stubsAreThoseThatObjdumpNames() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            try (ElfFile file = ElfFile.open(path)) {
                TreeSet<String> theirs = new TreeSet<>();
                for (String section : List.of(".plt", ".plt.sec", ".plt.got")) {
                    if (file.section(section) != null) {
                        for (String line : Tools.lines("objdump", "-d", "-j", section, path.toString())) {
                            Matcher matcher = STUB.matcher(line);
                            // An indirect slot is called *ABS*+0x1234.
                            if (matcher.matches() && !matcher.group(2).startsWith("*")) {
                                theirs.add(Long.parseLong(matcher.group(1), 16) + " "
                                        + matcher.group(2).replaceFirst("@.*", ""));
                            }
                        }
                    }
                }
                TreeSet<String> ours = new TreeSet<>();
                for (PltEntry entry : file.pltEntries()) {
                    if (entry.symbolName() != null) {
                        ours.add(entry.address() + " " + entry.symbolName());
                    }
                }
                assertThat(ours).as(path.toString()).isEqualTo(theirs);
            }
        }
    }
}
