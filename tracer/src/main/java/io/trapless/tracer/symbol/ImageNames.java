package io.trapless.tracer.symbol;

import io.trapless.binary.dwarf.SourceFrames;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Segment;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.binary.unwind.FrameTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is kept of one file: its functions and symbols, their source, and how its bytes are laid out in memory. Addresses are the file's own. For one thread at a time. */
final class ImageNames implements AutoCloseable {
    private final SymbolTable functions;
    private final List<Segment> segments;
    private final Map<String, Long> symbols;
    private final String buildId;
    private final Path seen;
    private final Path path;
    private final ImageSources sources;
    private @Nullable FrameTable frames;

    private ImageNames(
            SymbolTable functions,
            List<Segment> segments,
            Map<String, Long> symbols,
            String buildId,
            Path seen,
            Path path,
            ImageSources sources) {
        this.functions = functions;
        this.segments = segments;
        this.symbols = symbols;
        this.buildId = buildId;
        this.seen = seen;
        this.path = path;
        this.sources = sources;
    }

    /**
     * Reads a file.
     *
     * @param seen where it is to be found
     * @param path its path in the process, by which separate debug files are looked for
     * @param debugFolders where debugging information is looked for besides the usual places
     */
    static ImageNames read(Path seen, Path path, List<Path> debugFolders) throws ElfException {
        try (ElfFile elf = ElfFile.open(seen)) {
            Map<String, Long> symbols = new HashMap<>();
            for (ElfSymbols table : List.of(elf.symbols(), elf.dynamicSymbols())) {
                for (int i = 1; i < table.size(); i++) {
                    if (table.isDefined(i) && table.value(i) != 0) {
                        symbols.putIfAbsent(table.name(i), table.value(i));
                    }
                }
            }
            SymbolTable functions = SymbolTable.withDebugFiles(elf, Path.of("/"), path);
            String id = elf.buildId();
            String buildId = id == null ? "" : id;
            ImageSources sources = new ImageSources(seen, path, buildId, debugFolders);
            return new ImageNames(functions, List.copyOf(elf.segments()), symbols, buildId, seen, path, sources);
        }
    }

    /** Hexadecimal, or empty. */
    String buildId() {
        return buildId;
    }

    /** What has to be added to the file's addresses where its first bytes are loaded at {@code base}. */
    long bias(long base) {
        for (Segment segment : segments) {
            if (segment.isLoaded() && segment.offset() == 0) {
                return base - segment.address();
            }
        }
        return base;
    }

    /** Whether an address is in what is loaded of the file. */
    boolean contains(long address) {
        for (Segment segment : segments) {
            if (segment.isLoaded() && segment.containsInFile(address)) {
                return true;
            }
        }
        return false;
    }

    /** The offset in the file of an address that it {@link #contains}. */
    long fileOffset(long address) {
        for (Segment segment : segments) {
            if (segment.isLoaded() && segment.containsInFile(address)) {
                return address - segment.address() + segment.offset();
            }
        }
        return address;
    }

    /** The file's own address of an offset in it, or -1. */
    long address(long fileOffset) {
        for (Segment segment : segments) {
            long inside = fileOffset - segment.offset();
            if (segment.isLoaded() && inside >= 0 && inside < segment.fileSizeBytes()) {
                return segment.address() + inside;
            }
        }
        return -1;
    }

    /** The function that holds an address, or null. */
    @Nullable Function covering(long address) {
        return functions.covering(address);
    }

    /** What the source has at an address: lines, and functions that were inlined. */
    SourceFrames source(long address) {
        return sources.at(address);
    }

    @Override
    public void close() {
        sources.close();
    }

    /** The call frame information, read when it is first asked for; null if the file is not there any more. */
    @Nullable FrameTable frames() {
        if (frames == null) {
            try (ElfFile elf = ElfFile.open(Files.isReadable(seen) ? seen : path)) {
                frames = FrameTable.of(elf);
            } catch (ElfException e) {
                return null;
            }
        }
        return frames;
    }

    /** The value of a symbol, or null. */
    @Nullable Long valueOf(String symbol) {
        return symbols.get(symbol);
    }
}
