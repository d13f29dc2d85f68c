package io.trapless.binary.symbol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SymbolTableTest {
    private static final String FUNCTIONS = """
            #include <stddef.h>
            __attribute__((noinline)) int base(int x) { return x + 1; }
            int other_name(int x) __attribute__((alias("base")));
            int _weak_name(int x) __attribute__((weak, alias("base")));
            static int implementation(int x) { return x + 2; }
            static void *choose(void) { return implementation; }
            int chosen(int x) __attribute__((ifunc("choose")));
            __asm__(".text\\n.globl no_size\\n.type no_size,@function\\nno_size: nop\\nnop\\nret\\n"
                    ".globl sized\\n.type sized,@function\\nsized: ret\\nlocal_label: ret\\n.size sized,2\\n"
                    ".globl untyped\\nuntyped: nop\\nret\\n.globl last\\nlast: ret\\n");
            int an_object = 5;
            int main(int argc, char **argv) { return base(argc) + chosen(argc); }
            """;

    private static final String VERSIONED = """
            int old_f(void) { return 1; }
            int new_f(void) { return 2; }
            int only_old(void) { return 3; }
            __asm__(".symver old_f,f@V1");
            __asm__(".symver new_f,f@@V2");
            __asm__(".symver only_old,g@V1");
            """;

    private static final String CPP = """
            #include <string>
            namespace outer { namespace {
            __attribute__((noinline, used)) int inner(int x) { return x; } }
            struct Widget { int size(long) const; template <class T> T get(T t); static void reset(); };
            int Widget::size(long n) const { return n; }
            template <class T> __attribute__((noinline)) T Widget::get(T t) { return t; }
            void Widget::reset() {}
            int overloaded(int) { return 1; }
            int overloaded(const std::string &s) { return s.size(); }
            }
            int main(int argc, char **argv) {
                outer::Widget w; outer::Widget::reset();
                return outer::inner(argc) + w.size(argc) + w.get<int>(argc) + w.get<double>(1.5);
            }
            """;

    @TempDir
    static Path directory;

    private static SymbolTable table(Path path) throws IOException {
        try (ElfFile file = ElfFile.open(path)) {
            return SymbolTable.of(file);
        }
    }

    private static Function only(SymbolTable table, String name) {
        assertThat(table.named(name)).as(name).hasSize(1);
        return table.named(name).getFirst();
    }

    @Test
    void namesOfOneAddressAreOneFunction() throws IOException {
        SymbolTable table = table(Tools.compile(directory, "functions.c", FUNCTIONS, "-O1"));
        Function base = only(table, "base");
        assertThat(base.aliases()).containsExactly("_weak_name", "other_name");
        assertThat(only(table, "other_name")).isSameAs(base);
        assertThat(only(table, "_weak_name")).isSameAs(base);
        assertThat(base.kind()).isEqualTo(Function.Kind.FUNC);
        assertThat(base.binding()).isEqualTo(Function.Binding.GLOBAL);
        assertThat(only(table, "implementation").binding()).isEqualTo(Function.Binding.LOCAL);
        assertThat(table.covering(base.address() + base.sizeBytes() - 1)).isSameAs(base);
        assertThat(table.named("an_object")).isEmpty();
        assertThat(table.named("missing")).isEmpty();
        assertThat(table.nearest(0)).isNull();
        assertThat(table.similarNames("other_nam", 3)).startsWith("other_name");
        assertThat(table.similarNames("ohter_name", 3)).startsWith("other_name");
    }

    @Test
    void resolversAndLabelsAreToldApart() throws IOException {
        SymbolTable table = table(Tools.compile(directory, "kinds.c", FUNCTIONS, "-O1"));
        Function chosen = only(table, "chosen");
        assertThat(chosen.kind()).isEqualTo(Function.Kind.IFUNC);
        assertThat(chosen.aliases()).contains("choose");
        assertThat(only(table, "no_size").sizeBytes()).isEqualTo(3);
        assertThat(only(table, "sized").sizeBytes()).isEqualTo(2);
        assertThat(table.named("local_label")).isEmpty();
        assertThat(only(table, "untyped").kind()).isEqualTo(Function.Kind.NOTYPE);
        assertThat(only(table, "untyped").sizeBytes()).isEqualTo(2);
        assertThat(only(table, "_start").sizeBytes()).isPositive();
    }

    @Test
    void theDefaultVersionWins() throws IOException {
        Path map = Files.writeString(
                directory.resolve("versions.map"), "V1 { global: f; g; local: *; }; V2 { global: f; } V1;");
        Path library = Tools.compile(
                directory, "versioned.c", VERSIONED, "-O1", "-shared", "-fPIC", "-Wl,--version-script=" + map);
        Tools.run("strip", library.toString());
        SymbolTable table = table(library);
        Function newer = only(table, "f");
        assertThat(newer.version()).isEqualTo("V2");
        assertThat(only(table, "f@@V2")).isSameAs(newer);
        Function older = only(table, "f@V1");
        assertThat(older.address()).isNotEqualTo(newer.address());
        assertThat(older.name()).isEqualTo("f@V1");
        assertThat(only(table, "g").name()).isEqualTo("g@V1");
        assertThat(table.matching(Glob.of("f*"))).containsExactlyInAnyOrder(newer, older);
    }

    @Test
    void cppNamesAreFoundInEitherForm() throws IOException {
        SymbolTable table = table(Tools.compile(directory, "names.cc", CPP, "-O1"));
        assertThat(demangled(table, "outer::Widget::size")).hasSize(1);
        assertThat(demangled(table, "outer::Widget::size(long) const")).hasSize(1);
        assertThat(demangled(table, "outer::Widget::size(int) const")).isEmpty();
        assertThat(demangled(table, "outer::Widget::get<int>")).hasSize(1);
        assertThat(demangled(table, "outer::Widget::get<*>")).hasSize(2);
        assertThat(demangled(table, "outer::(anonymous namespace)::inner")).hasSize(1);
        assertThat(demangled(table, "outer::*::inner")).hasSize(1);
        assertThat(demangled(table, "outer::Widget::*")).hasSize(4);
        assertThat(demangled(table, "outer::overloaded")).hasSize(2);
        assertThat(demangled(table, "outer::overloaded( int )")).hasSize(1);
        assertThat(demangled(table, "size")).isEmpty();
        Function size = demangled(table, "outer::Widget::size").getFirst();
        assertThat(only(table, "_ZNK5outer6Widget4sizeEl")).isSameAs(size);
        assertThat(SymbolTable.displayName(size)).isEqualTo("outer::Widget::size(long) const");
    }

    private static List<Function> demangled(SymbolTable table, String pattern) {
        return table.demangled(Glob.of(pattern));
    }

    /** Every function symbol that nm lists is found at its address, and there are no others but untyped labels. */
    @Test
    void functionsAreThoseOfNm() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            SymbolTable table = table(path);
            Map<Long, TreeSet<String>> theirs = new HashMap<>();
            for (String option : List.of("--defined-only", "--dynamic")) {
                collect(path, option, theirs);
            }
            for (Map.Entry<Long, TreeSet<String>> entry : theirs.entrySet()) {
                Function function = table.nearest(entry.getKey());
                assertThat(function).as(path + " " + entry).isNotNull();
                assertThat(function.address()).as(path + " " + entry).isEqualTo(entry.getKey());
                TreeSet<String> ours = new TreeSet<>(function.aliases());
                ours.add(function.name());
                assertThat(ours).as(path.toString()).isEqualTo(entry.getValue());
            }
            assertThat(table.functions())
                    .as(path.toString())
                    .filteredOn(f -> f.kind() != Function.Kind.NOTYPE)
                    .hasSize(theirs.size());
        }
    }

    private static void collect(Path path, String option, Map<Long, TreeSet<String>> found) {
        for (String line :
                Tools.lines("nm", "-f", "sysv", "--defined-only", "--with-symbol-versions", option, path.toString())) {
            String[] columns = line.split("\\|", -1);
            if (columns.length == 7
                    && (columns[3].strip().equals("FUNC")
                            || columns[3].strip().matches("GNU_IFUNC|IFUNC|<OS specific>: 10"))) {
                String name = columns[0].strip();
                int versionAt = name.indexOf("@@");
                found.computeIfAbsent(Long.parseLong(columns[1].strip(), 16), key -> new TreeSet<>())
                        .add(versionAt > 0 ? name.substring(0, versionAt) : name);
            }
        }
    }
}
