package io.trapless.binary.dwarf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.demangle.Demangler;
import io.trapless.binary.elf.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No unit that has a name, or refers to an entry, is left out, however the file was made; and most others are. */
class UnitFilterTest {
    private static final int MAX_DEPTH = 64;

    private static final String HEADER = """
            #pragma once
            namespace shapes {
            struct Wide { long a; int width; int grown(int by) const { return width * by + 1; } };
            typedef Wide *WidePointer;
            enum Kind { SMALL, LARGE };
            template <typename T> struct Box { T inner; T taken() { volatile T t = inner; return t; } };
            static inline __attribute__((always_inline)) int twice(int x) { volatile int y = x; return 2 * y; }
            int one(WidePointer wide, Kind kind); int two(Wide &wide); int three(int x); int go(int x);
            }
            """;
    private static final List<String> UNITS = List.of("""
            #include "shapes.h"
            int shapes::one(WidePointer wide, Kind kind) { return wide->grown(kind) + twice(wide->width); }
            """, """
            #include "shapes.h"
            int shapes::two(Wide &wide) { Box<int> box = {wide.grown(4)}; return box.taken() + twice(SMALL); }
            """, """
            struct only_in_three { int x; };
            static inline __attribute__((always_inline)) int thrice(int x) { volatile int y = x; return 3 * y; }
            namespace shapes { int three(int x) { only_in_three o = {x}; return thrice(o.x) + thrice(x + 1); } }
            """, """
            namespace shapes { int go(int x) { volatile int y = x; return y; } }
            """);
    private static final String MAIN = """
            #include "shapes.h"
            int main(int argc, char **) {
                shapes::Wide wide = {1, argc};
                return shapes::one(&wide, shapes::LARGE) + shapes::two(wide) + shapes::three(argc) + shapes::go(argc) == 0;
            }
            """;

    @TempDir
    static Path directory;

    @BeforeAll
    static void sources() throws Exception {
        Files.writeString(directory.resolve("shapes.h"), HEADER);
        for (int i = 0; i < UNITS.size(); i++) {
            Files.writeString(directory.resolve("unit" + i + ".cc"), UNITS.get(i));
        }
    }

    private static Path build(String options) {
        String name = "program" + options.replaceAll("[^a-zA-Z0-9]", "_");
        String[] all = new String[options.split(" ").length + UNITS.size()];
        System.arraycopy(options.split(" "), 0, all, 0, all.length - UNITS.size());
        for (int i = 0; i < UNITS.size(); i++) {
            all[all.length - UNITS.size() + i] =
                    directory.resolve("unit" + i + ".cc").toString();
        }
        return Tools.compile(directory, name + ".cc", MAIN, all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-O2 -g",
                "-O2 -gdwarf-4",
                "-O1 -gdwarf-3 -gstrict-dwarf",
                "-O2 -g -gz",
                "-O2 -gdwarf-4 -fdebug-types-section",
                "-O2 -g -gsplit-dwarf",
                "-O2 -g -flto",
                "-O2 -gdwarf64 -gdwarf-5"
            })
    void namesTheUnitsThatHaveIt(String options) throws Exception {
        check(build(options));
    }

    @Test
    void namesPartsThatUnitsShare() throws Exception {
        Path program = build("-O2 -g -ffunction-sections");
        Tools.run("dwz", program.toString());
        try (DieReader reader = DieReader.open(program.toString())) {
            assertThat(reader).isNotNull();
            assertThat(reader.units()).anyMatch(unit -> reader.tag(unit.die()) == Constants.TAG_PARTIAL_UNIT);
        }
        check(program);
    }

    private static void check(Path program) throws Exception {
        try (DieReader reader = DieReader.open(program.toString())) {
            assertThat(reader).isNotNull();
            UnitFilter filter = new UnitFilter(reader);
            Set<String> names = new HashSet<>();
            for (DieReader.Unit unit : reader.units()) {
                forAll(reader, unit.content(), 0, entry -> {
                    for (int attribute : List.of(Constants.AT_NAME, Constants.AT_LINKAGE_NAME)) {
                        String name = reader.form(entry, attribute) == 0 ? null : reader.string(entry, attribute);
                        if (name != null) {
                            names.add(name);
                            assertThat(filter.naming(name)).as(name).contains(unit);
                            mangled(filter, name, unit);
                        }
                    }
                    Die origin = reader.origin(entry);
                    if (origin != null) {
                        assertThat(filter.referringTo(List.of(origin))).contains(unit);
                    }
                });
            }
            assertThat(names).contains("grown", "twice", "thrice", "only_in_three", "go", "x");
        }
        try (DwarfFile file = Samples.open(program)) {
            assertThat(file.inlined("thrice")).hasSize(2);
            assertThat(file.inlined("twice")).hasSize(2);
            assertThat(file.inlined("shapes::Wide::grown")).hasSize(2);
            assertThat(file.inlined("shapes::Box<int>::taken")).hasSize(1);
            assertThat(file.inlined("nowhere")).isEmpty();
            assertThat(file.struct("Wide", false)).isNotNull();
            assertThat(file.struct("Box<int>", false)).isNotNull();
            assertThat(file.typedef("WidePointer")).isInstanceOf(DwarfType.Pointer.class);
            assertThat(file.enumeration("Kind")).isNotNull();
            assertThat(file.struct("nowhere", false)).isNull();
        }
    }

    private static void mangled(UnitFilter filter, String name, DieReader.Unit unit) {
        if (Demangler.isMangled(name)) {
            for (String part : List.of("twice", "grown", "taken", "Box")) {
                if (name.contains(part)) {
                    assertThat(filter.namingMangled(part)).as(name).contains(unit);
                }
            }
        }
    }

    private static void forAll(DieReader reader, Die parent, int depth, Consumer<Die> each) {
        for (Die child : reader.children(parent)) {
            each.accept(child);
            if (depth < MAX_DEPTH) {
                forAll(reader, child, depth + 1, each);
            }
        }
    }

    @Test
    void leavesOutTheOthers() throws Exception {
        Path program = build("-O2 -g -fno-ipa-icf");
        try (DwarfFile file = Samples.open(program)) {
            assertThat(file.struct("shapes::Box<int>", false)).isNotNull();
            assertThat(file.struct("other::Box<int>", false)).isNull();
        }
        try (DieReader reader = DieReader.open(program.toString())) {
            assertThat(reader).isNotNull();
            UnitFilter filter = new UnitFilter(reader);
            int all = reader.units().size();
            assertThat(all).isEqualTo(UNITS.size() + 1);
            // The last unit's end is not known, so that it is always among them.
            assertThat(filter.naming("only_in_three")).hasSizeLessThanOrEqualTo(2);
            assertThat(filter.naming("_ZN6shapes3oneEPNS_4WideENS_4KindE")).hasSizeBetween(1, 3);
            assertThat(filter.naming("nowhere")).hasSizeLessThanOrEqualTo(1);
            assertThat(filter.namingMangled("nowhere")).isEmpty();
            assertThat(filter.naming("go")).as("too short to tell").hasSize(all);
        }
    }
}
