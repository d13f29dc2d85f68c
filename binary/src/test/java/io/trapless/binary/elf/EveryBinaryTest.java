package io.trapless.binary.elf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every program and library of the machine can be read in full. */
@Tag("long")
class EveryBinaryTest {
    @Test
    void everyPartOfEveryFileIsRead() {
        List<String> failures = new ArrayList<>();
        long functions = 0;
        long pads = 0;
        List<Path> binaries = Tools.allBinaries();
        for (Path path : binaries) {
            try (ElfFile file = ElfFile.open(path)) {
                SymbolTable symbols = SymbolTable.withDebugFiles(file, Path.of("/"), path);
                ElfImage image = ElfImage.of(file, symbols.codeRanges());
                functions += symbols.functions().size();
                pads += image.landingPads().length;
                file.pltEntries();
                for (long pad : image.landingPads()) {
                    assertThat(file.isCode(pad))
                            .as(path + " landing pad 0x" + Long.toHexString(pad))
                            .isTrue();
                }
                for (Function function : symbols.functions()) {
                    assertThat(file.isCode(function.address()))
                            .as(path + " " + function)
                            .isTrue();
                }
            } catch (ElfException e) {
                failures.add(e.sentence(path.toString()));
            }
        }
        System.out.printf(
                "EveryBinaryTest: %d files, %d functions, %d landing pads%n", binaries.size(), functions, pads);
        assertThat(failures).isEmpty();
    }
}
