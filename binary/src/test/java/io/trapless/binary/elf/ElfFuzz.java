package io.trapless.binary.elf;

import io.trapless.binary.flow.CodeMap;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.sdt.UsdtProbes;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.Glob;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.fuzz.Fuzzing;
import java.nio.file.Path;
import java.util.List;

/** Takes bytes for an ELF file and asks for everything that there is, up to the proof for each function's entry. Any exception but {@link ElfException} is a finding. */
public final class ElfFuzz {
    /** Of so many functions, or other things that may be many, the first are looked at. */
    private static final int MAX_LOOKUPS = 50;

    private static final int JUMP_BYTES = 5;
    private static final Path NOWHERE = Path.of("/nonexistent");

    private interface Part {
        void read() throws ElfException;
    }

    private ElfFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.measured(input, () -> {
            attempt(() -> readAll(ElfFile.parse(input)));
            attempt(() -> readTables(ElfFile.parseDebugFile(input)));
        });
    }

    private static void attempt(Part part) {
        try {
            part.read();
        } catch (ElfException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("an error without a sentence", e);
            }
        }
    }

    private static void readAll(ElfFile file) {
        attempt(() -> file.dynamic().needed());
        attempt(file::soname);
        attempt(file::interpreter);
        attempt(file::buildId);
        attempt(file::pltEntries);
        attempt(file::rseqCriticalSections);
        attempt(() -> file.pointerAt(file.entryAddress()));
        attempt(() -> file.relocations().codePointers());
        attempt(() -> {
            file.ehFrame().covering(file.entryAddress());
            file.ehFrame().landingPads();
        });
        attempt(() -> DebugFiles.separate(file, NOWHERE, Path.of("/bin/x")));
        attempt(() -> UsdtProbes.read(file));
        for (Section section : file.sections()) {
            attempt(() -> file.read(section));
            file.fileOffset(section.address());
            file.addressOfFileOffset(section.offset());
        }
        readTables(file);
    }

    private static void readTables(ElfFile file) {
        attempt(file::notes);
        attempt(() -> DebugFiles.miniDebugInfo(file));
        attempt(() -> {
            SymbolTable table = SymbolTable.of(file);
            lookUp(table);
            analyze(file, table.codeRanges());
        });
        attempt(() -> analyze(file, List.of()));
    }

    private static void lookUp(SymbolTable table) {
        table.matching(Glob.of("*a?[b-y]*"));
        table.demangled(Glob.of("*::*"));
        table.similarNames("main", 3);
        for (Function function : table.functions()
                .subList(0, Math.min(MAX_LOOKUPS, table.functions().size()))) {
            table.named(function.name());
            table.nearest(function.endAddress());
            table.covering(function.address());
            SymbolTable.displayName(function);
        }
    }

    private static void analyze(ElfFile file, List<CodeRange> symbols) throws ElfException {
        ElfImage image = ElfImage.of(file, symbols);
        CodeMap map = CodeMap.analyze(image);
        List<CodeRange> functions = image.functions();
        for (CodeRange function : functions.subList(0, Math.min(MAX_LOOKUPS, functions.size()))) {
            DisplacedRange.plan(map, map.entrySite(function.start()), JUMP_BYTES);
        }
    }
}
