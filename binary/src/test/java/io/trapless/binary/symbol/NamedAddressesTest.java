package io.trapless.binary.symbol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import io.trapless.binary.symbol.NamedAddresses.NamedAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamedAddressesTest {
    private static final String SOURCE = """
            int word = 1; char byte = 2; short pair[2]; static long hidden = 4; __thread int own = 5;
            extern char **environ;
            int main(int argc, char **argv) { return word + byte + pair[argc] + (int)hidden + own + (environ != 0); }
            """;

    @TempDir
    static Path directory;

    private static NamedAddresses read(Path path) throws IOException {
        try (ElfFile file = ElfFile.open(path)) {
            return NamedAddresses.withDebugFiles(file, Path.of("/"), path);
        }
    }

    @Test
    void dataAndFunctionsHaveTheAddressesThatNmTells() throws IOException {
        Path program = Tools.compile(directory, "data.c", SOURCE, "-O0");
        NamedAddresses names = read(program);
        List<String> told = Tools.lines("nm", "-S", program.toString());
        for (String name : List.of("word", "byte", "pair", "hidden", "main")) {
            NamedAddress found = names.of(name);
            assertThat(found).as(name).isNotNull();
            String line = String.format("%016x %016x", found.address(), found.sizeBytes());
            assertThat(told).as(name).anyMatch(one -> one.startsWith(line) && one.endsWith(" " + name));
        }
        assertThat(names.of("own")).as("an offset in each thread's own memory").isNull();
        assertThat(names.of("nowhere")).isNull();
        assertThat(names.of("")).isNull();
    }

    @Test
    void withoutTheFullTableThereIsTheDynamicOne() throws IOException {
        Path library = Tools.compile(directory, "library.c", SOURCE, "-O0", "-shared", "-fPIC");
        NamedAddress before = read(library).of("word");
        Tools.run("strip", library.toString());

        assertThat(read(library).of("word")).isEqualTo(before);
        assertThat(read(library).of("hidden")).isNull();
    }
}
