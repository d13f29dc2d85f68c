package io.trapless.binary.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.dwarf.DwarfType.Member;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import io.trapless.binary.symbol.SymbolTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read agrees with what gdb and readelf read. */
class DwarfFileTest {
    private static final Pattern PLACE =
            Pattern.compile("^/\\* +(\\d+)(?:: *(\\d+))? +\\| +(\\d+) \\*/ .*?(\\w+)(?: : (\\d+))?"
                    + "(?:\\[[^;]*\\]|\\)\\([^;]*\\))?;$");

    @TempDir
    static Path directory;

    @BeforeAll
    static void libraryIsThere() {
        assertThat(DwarfFile.isLibraryThere())
                .as("libdw.so.1 is missing: install Debian package libdw1")
                .isTrue();
    }

    private static Path build(String options) {
        String name = "sample" + options.replaceAll("[^a-zA-Z0-9]", "_");
        return Samples.build(directory, name, options.split(" "));
    }

    /** Fields as gdb prints them: name, offset in bits, width in bits. */
    private static Map<String, List<Long>> gdbFields(Path program, String type) {
        Map<String, List<Long>> fields = new TreeMap<>();
        int depth = 0;
        for (String line : Tools.lines("gdb", "-batch", "-ex", "ptype /o " + type, program.toString())) {
            String text = line.strip();
            depth += text.endsWith("{") ? 1 : 0;
            Matcher place = PLACE.matcher(text);
            boolean named = text.matches("(/\\*.*\\*/)? *\\} \\w+;");
            depth -= text.replaceFirst("^/\\*[^*]*\\*/", "").strip().startsWith("}") ? 1 : 0;
            if (!named && place.matches() && depth >= 1) {
                long bit = 8 * Long.parseLong(place.group(1))
                        + (place.group(2) == null ? 0 : Long.parseLong(place.group(2)));
                long width =
                        place.group(5) == null ? 8 * Long.parseLong(place.group(3)) : Long.parseLong(place.group(5));
                fields.put(place.group(4), List.of(bit, width));
            }
        }
        return fields;
    }

    private static Map<String, List<Long>> ourFields(DwarfFile file, DwarfType.Struct struct) {
        Map<String, List<Long>> fields = new TreeMap<>();
        for (Member member : file.members(struct)) {
            boolean bits = member.bitWidth() > 0;
            fields.put(
                    member.name(),
                    List.of(
                            8 * member.offsetBytes() + member.bitShift(),
                            bits ? (long) member.bitWidth() : 8 * member.type().sizeBytes()));
        }
        return fields;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-g -O0",
                "-g -O2",
                "-gdwarf-4 -O2",
                "-gdwarf-3 -gstrict-dwarf -O2",
                "-gdwarf-2 -gstrict-dwarf -O0",
                "-g -gsplit-dwarf -O2",
                "-g -gz -O2",
                "-g -O2 -flto"
            })
    void fieldsLieWhereGdbFindsThem(String options) throws Exception {
        Path program = build(options);
        try (DwarfFile file = Samples.open(program)) {
            for (String name : List.of("node", "tight")) {
                DwarfType.Struct struct = file.struct(name, false);
                assertThat(struct).as(name).isNotNull();
                Map<String, List<Long>> ours = ourFields(file, struct);
                Map<String, List<Long>> theirs = gdbFields(program, "struct " + name);
                // gdb's own lines for what is nested in a named member stand below it
                theirs.remove("only");
                assertThat(theirs).as(name).hasSizeGreaterThanOrEqualTo(4);
                for (Map.Entry<String, List<Long>> field : theirs.entrySet()) {
                    assertThat(ours).as(options + " " + name).containsEntry(field.getKey(), field.getValue());
                }
            }
            DwarfType.Struct union = file.struct("either", true);
            assertThat(union).isNotNull();
            assertThat(ourFields(file, union))
                    .containsEntry("text", List.of(0L, 192L))
                    .containsEntry("b", List.of(0L, 64L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O0", "-g -O2", "-gdwarf-4 -O2", "-g -gsplit-dwarf -O2"})
    void parametersHaveTheirTypesAndPlaces(String options) throws Exception {
        Path program = build(options);
        try (DwarfFile file = Samples.open(program)) {
            DwarfFunction visit = file.functionAt(address(program, "visit"));
            assertThat(visit).isNotNull();
            assertThat(visit.parameters())
                    .extracting(p -> p.declared() + " " + p.name())
                    .containsExactly("struct node* n", "const char* label", "enum color c", "double d", "int last");
            assertThat(visit.parameters().get(0).place()).isEqualTo(new ParameterPlace.Words(0, 1));
            assertThat(visit.parameters().get(2).place()).isEqualTo(new ParameterPlace.Words(2, 1));
            assertThat(visit.parameters().get(3).place()).isInstanceOf(ParameterPlace.Elsewhere.class);
            assertThat(visit.parameters().get(4).place()).isEqualTo(new ParameterPlace.Words(3, 1));
            assertThat(visit.parameters().get(2).type())
                    .isInstanceOfSatisfying(
                            DwarfType.Enumeration.class,
                            e -> assertThat(e.enumerators())
                                    .containsExactly(
                                            new DwarfType.Enumerator("RED", 0),
                                            new DwarfType.Enumerator("GREEN", 5),
                                            new DwarfType.Enumerator("BLUE", 6)));
            assertThat(file.functionAt(address(program, "visit") + 1)).isNull();
            assertThat(file.typedef("named_by_typedef"))
                    .isInstanceOfSatisfying(
                            DwarfType.Struct.class, s -> assertThat(s.text()).isEqualTo("struct named_by_typedef"));
        }
    }

    private static long address(Path program, String function) throws ElfException {
        try (ElfFile elf = ElfFile.open(program)) {
            return SymbolTable.withDebugFiles(elf, Path.of("/"), program)
                    .named(function)
                    .getFirst()
                    .address();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O0", "-g -O2", "-gdwarf-4 -O2", "-g -gsplit-dwarf -O2"})
    void inlinedFunctionsAreWhereTheCompilerSays(String options) throws Exception {
        Path program = build(options);
        String out = Tools.run("gdb", "-batch", "-ex", "break twice", program.toString());
        assertThat(out).contains("(3 locations)");
        // gdb stops at the first range of an instance, which may hold an instruction that was moved ahead; its entry is
        // where the compiler says
        TreeSet<String> theirs = new TreeSet<>();
        Matcher place = Pattern.compile("DW_AT_entry_pc +: (?:\\(addr_index: [^)]*\\): )?(?:0x)?([0-9a-f]+)")
                .matcher(Tools.run("readelf", "--debug-dump=info,follow-links", program.toString()));
        while (place.find()) {
            theirs.add(place.group(1).replaceFirst("^0+", ""));
        }
        try (DwarfFile file = Samples.open(program)) {
            List<InlinedInstance> ours = file.inlined("twice");
            assertThat(ours).as(options).hasSize(3);
            if (!options.contains("-O0") && !options.contains("split")) {
                // without optimisation there is no entry but the start, and readelf knows no addresses of split files
                assertThat(theirs)
                        .containsAll(ours.stream()
                                .map(i -> Long.toHexString(i.address()))
                                .toList());
            }
            assertThat(ours)
                    .allSatisfy(i -> assertThat(i.function().parameters())
                            .extracting(Parameter::name)
                            .containsExactly("x", "y"));
            assertThat(file.inlined("visit")).isEmpty();
        }
    }

    @Test
    void whatIsConstantWhereItWasInlinedIsKnown() throws Exception {
        Path program = build("-g -O2");
        try (DwarfFile file = Samples.open(program)) {
            List<Long> constants = new ArrayList<>();
            for (InlinedInstance instance : file.inlined("twice")) {
                assertThat(instance.locations()).hasSize(2);
                if (instance.locations().get(1) instanceof VariableLocation.Constant(long value)) {
                    constants.add(value);
                }
            }
            assertThat(constants).containsExactlyInAnyOrder(7L, 3L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O0", "-g -O2", "-gdwarf-4 -O2", "-g -gsplit-dwarf -O2"})
    void linesBeginWhereGdbAndReadelfSay(String options) throws Exception {
        Path program = build(options);
        String source = program.getFileName().toString().replace(".bin", ".c");
        int found = 0;
        // columns: file, line, address, perhaps a view, and an x where a statement begins
        TreeSet<String> rows = new TreeSet<>();
        for (String row : Tools.lines("readelf", "--debug-dump=decodedline", program.toString())) {
            String[] words = row.strip().split("\\s+");
            if (words.length >= 4 && words[words.length - 1].equals("x")) {
                rows.add(words[1] + " " + words[2]);
            }
        }
        try (DwarfFile file = Samples.open(program)) {
            LineMatch any = file.line(source, 1, 0);
            assertThat(any.files()).hasSize(1);
            assertThat(any.addresses()).isEmpty();
            Map<Integer, Long> starts = gdbStarts(program, source, any.lines());
            for (int line : any.lines()) {
                List<Long> ours = file.line(source, line, 0).addresses();
                assertThat(ours).as(options + " line " + line).isNotEmpty();
                Long start = starts.get(line);
                if (start != null) {
                    assertThat(ours).as(options + " line " + line).contains(start);
                    found++;
                }
                for (long address : ours) {
                    assertThat(rows).contains(line + " 0x" + Long.toHexString(address));
                }
            }
            assertThat(file.line("no/such/" + source, 30, 0).files()).isEmpty();
            assertThat(file.line("x" + source, 30, 0).files()).isEmpty();
            assertThat(file.line(any.files().getFirst(), any.lines().first(), 0).addresses())
                    .isNotEmpty();
        }
        assertThat(found).isGreaterThan(10);
    }

    /** Where gdb says that lines start, as far as it says so. */
    private static Map<Integer, Long> gdbStarts(Path program, String source, Iterable<Integer> lines) {
        List<String> command = new ArrayList<>(List.of("gdb", "-batch"));
        lines.forEach(line -> command.addAll(List.of("-ex", "info line " + source + ":" + line)));
        command.add(program.toString());
        Map<Integer, Long> starts = new TreeMap<>();
        Matcher start = Pattern.compile("^Line (\\d+) of .* starts at address 0x([0-9a-f]+)", Pattern.MULTILINE)
                .matcher(Tools.run(command.toArray(String[]::new)));
        while (start.find()) {
            starts.putIfAbsent(Integer.parseInt(start.group(1)), Long.parseLong(start.group(2), 16));
        }
        return starts;
    }

    @Test
    void aFileOfItsOwnIsFoundAndAMissingOneIsTold() throws Exception {
        Path program = Samples.build(directory, "separate", "-g", "-O2");
        Path stripped = directory.resolve("stripped");
        Tools.run(
                "objcopy",
                "--only-keep-debug",
                program.toString(),
                directory.resolve("stripped.debug").toString());
        Tools.run(
                "objcopy",
                "-g",
                "--add-gnu-debuglink=" + directory.resolve("stripped.debug"),
                program.toString(),
                stripped.toString());
        try (DwarfFile file = Samples.open(stripped)) {
            assertThat(file.struct("node", false)).isNotNull();
            // the call frame information is in the program alone
            assertThat(file.inlined("twice")).hasSize(3);
        }
        try (ElfFile elf = ElfFile.open(stripped)) {
            assertThat(DwarfFile.isThere(elf, Path.of("/"), stripped, List.of()))
                    .isTrue();
            Files.delete(directory.resolve("stripped.debug"));
            assertThat(DwarfFile.isThere(elf, Path.of("/"), stripped, List.of()))
                    .isFalse();
        }
        assertThatThrownBy(() -> Samples.open(stripped)).isInstanceOfSatisfying(DwarfException.class, e -> {
            assertThat(e.reason()).isEqualTo(DwarfException.Reason.NO_DEBUG_INFO);
            assertThat(e.sentence()).contains("-g", "-dbgsym");
        });
    }

    @Test
    void classesOfCppHaveTheMembersOfTheirBases() throws Exception {
        Path program = Tools.compile(directory, "classes.cc", """
                namespace space {
                struct Base { int first; virtual ~Base() {} };
                struct Middle : Base { long second; static int shared; };
                class Leaf : public Middle { public: char third; int method(int &by, Leaf other) const; };
                int Middle::shared = 3;
                __attribute__((noinline)) int Leaf::method(int &by, Leaf other) const { __asm__ volatile(""); return by + first + other.third; }
                }
                int main(int argc, char **argv) { space::Leaf leaf; leaf.first = 1; leaf.third = 2; return leaf.method(argc, leaf); }
                """, "-g", "-O1");
        try (DwarfFile file = Samples.open(program)) {
            DwarfType.Struct leaf = file.struct("Leaf", false);
            assertThat(leaf).isNotNull().isEqualTo(file.struct("space::Leaf", false));
            Map<String, List<Long>> ours = ourFields(file, leaf);
            Map<String, List<Long>> theirs = gdbFields(program, "space::Middle");
            assertThat(ours).containsKeys("first", "second", "third").doesNotContainKey("shared");
            assertThat(ours).containsEntry("second", theirs.get("second"));
            DwarfFunction method = file.functionAt(address(program, "_ZNK5space4Leaf6methodERiS0_"));
            assertThat(method).isNotNull();
            assertThat(method.parameters()).extracting(Parameter::name).containsExactly("this", "by", "other");
            assertThat(method.parameters().get(1).place()).isEqualTo(new ParameterPlace.Words(1, 1));
        }
    }
}
