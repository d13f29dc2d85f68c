package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfImage;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs and libraries of this machine. */
final class RealImages {
    private static final Path LIBRARIES = Path.of("/usr/lib/x86_64-linux-gnu");

    private RealImages() {}

    /** An image with the ranges of its sized function symbols. */
    record RealImage(ImageView view, List<CodeRange> symbols) {}

    static Path library(String name, String debianPackage) {
        return present(LIBRARIES.resolve(name), debianPackage);
    }

    static Path present(Path path, String debianPackage) {
        assertThat(path)
                .as("this test needs %s: install the package %s", path, debianPackage)
                .exists();
        return path;
    }

    static Path libjvm() {
        return Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    }

    static RealImage open(Path path) throws Exception {
        try (ElfFile file = ElfFile.open(Files.isSymbolicLink(path) ? path.toRealPath() : path)) {
            List<CodeRange> symbols = new ArrayList<>();
            for (Function function : SymbolTable.of(file).functions()) {
                if (function.sizeBytes() > 0 && file.isCode(function.address())) {
                    symbols.add(new CodeRange(function.address(), function.endAddress()));
                }
            }
            return new RealImage(ElfImage.of(file, symbols), List.copyOf(symbols));
        }
    }
}
