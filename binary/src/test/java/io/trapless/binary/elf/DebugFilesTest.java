package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.symbol.SymbolTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebugFilesTest {
    private static final String SOURCE = """
            __attribute__((noinline)) static int hidden_helper(int x) { return x * 3; }
            int main(int argc, char **argv) { return hidden_helper(argc); }
            """;

    @TempDir
    Path directory;

    private Path program(String name, String... options) {
        return Tools.compile(directory, name, SOURCE, options);
    }

    @Test
    void symbolsAreFoundInTheSeparateFileOfTheSameBuild() throws IOException {
        Path program = program("separate.c", "-O1", "-Wl,--build-id");
        String id;
        long address;
        try (ElfFile file = ElfFile.open(program)) {
            id = file.buildId();
            address = ElfFileTest.symbol(file, "hidden_helper");
        }
        Path debug =
                directory.resolve("usr/lib/debug/.build-id/" + id.substring(0, 2) + "/" + id.substring(2) + ".debug");
        Files.createDirectories(debug.getParent());
        Tools.run("objcopy", "--only-keep-debug", program.toString(), debug.toString());
        Tools.run("strip", program.toString());
        assertThat(addressOfHelper(program, directory)).isEqualTo(address);
        assertThat(addressOfHelper(program, directory.resolve("elsewhere"))).isEqualTo(-1);
        // A file of another build under that name is not believed.
        Path other = program("other.c", "-O0", "-Wl,--build-id");
        Tools.run("objcopy", "--only-keep-debug", other.toString(), debug.toString());
        assertThat(addressOfHelper(program, directory)).isEqualTo(-1);
        // Nor does a damaged one do harm.
        Files.write(debug, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
        assertThat(addressOfHelper(program, directory)).isEqualTo(-1);
    }

    @Test
    void symbolsAreFoundThroughTheDebugLink() throws IOException {
        Path program = program("linked.c", "-O1", "-Wl,--build-id=none");
        long address;
        try (ElfFile file = ElfFile.open(program)) {
            address = ElfFileTest.symbol(file, "hidden_helper");
        }
        Path debug = Files.createDirectories(directory.resolve(".debug")).resolve("linked.debug");
        Tools.run("objcopy", "--only-keep-debug", program.toString(), debug.toString());
        Tools.run("strip", program.toString());
        Tools.run("objcopy", "--add-gnu-debuglink=" + debug, program.toString());
        assertThat(addressOfHelper(program, Path.of("/"))).isEqualTo(address);
        Files.write(debug, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
        assertThat(addressOfHelper(program, Path.of("/"))).isEqualTo(-1);
    }

    @Test
    void compressedSymbolsAreUnpacked() throws IOException {
        Path program = program("mini.c", "-O1");
        long address;
        try (ElfFile file = ElfFile.open(program)) {
            address = ElfFileTest.symbol(file, "hidden_helper");
        }
        Path mini = directory.resolve("mini.debug");
        Tools.run("objcopy", "--only-keep-debug", program.toString(), mini.toString());
        Tools.run("xz", "-k", "-f", mini.toString());
        Tools.run("strip", program.toString());
        Tools.run("objcopy", "--add-section", ".gnu_debugdata=" + mini + ".xz", program.toString());
        assertThat(addressOfHelper(program, directory)).isEqualTo(address);

        byte[] packed = Files.readAllBytes(Path.of(mini + ".xz"));
        packed[packed.length / 2] ^= 0x55;
        Files.write(directory.resolve("bad.xz"), packed);
        Tools.run("objcopy", "--update-section", ".gnu_debugdata=" + directory.resolve("bad.xz"), program.toString());
        try (ElfFile file = ElfFile.open(program)) {
            assertThatThrownBy(() -> DebugFiles.miniDebugInfo(file))
                    .isInstanceOfSatisfying(
                            ElfException.class, e -> assertThat(e.error()).isEqualTo(ElfError.BAD_DEBUG_DATA));
        }
    }

    private static long addressOfHelper(Path program, Path root) throws IOException {
        try (ElfFile file = ElfFile.open(program)) {
            return SymbolTable.withDebugFiles(file, root, program).named("hidden_helper").stream()
                    .mapToLong(function -> function.address())
                    .findFirst()
                    .orElse(-1);
        }
    }
}
