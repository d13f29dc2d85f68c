package io.trapless.tracer.symbol;

import io.trapless.binary.dwarf.DwarfException;
import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.binary.dwarf.SourceFrames;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lines and inlined functions of one file, by its debugging information, which is opened when it is first asked for and stays open until this is closed. Addresses are the file's own. For one thread at a time. */
final class ImageSources implements AutoCloseable {
    /** Answers that are kept: stacks come back to the same places. */
    private static final int MAX_KNOWN = 1 << 16;

    private final Path seen;
    private final Path path;
    private final String buildId;
    private final List<Path> debugFolders;
    private final Map<Long, SourceFrames> known = new HashMap<>();
    private @Nullable DwarfFile dwarf;
    private boolean opened;

    /**
     * @param seen where the file is to be found while its process lives
     * @param path its path in the process, where it is looked for afterwards; only a file of the same build id counts
     * @param buildId hexadecimal, empty if it has none
     * @param debugFolders where separate debug files are looked for besides the usual places
     */
    ImageSources(Path seen, Path path, String buildId, List<Path> debugFolders) {
        this.seen = seen;
        this.path = path;
        this.buildId = buildId;
        this.debugFolders = debugFolders;
    }

    /** What the source has at an address; {@link SourceFrames#NONE} without debugging information, or without libdw to read it. */
    SourceFrames at(long address) {
        DwarfFile file = dwarf();
        if (file == null) {
            return SourceFrames.NONE;
        }
        if (known.size() >= MAX_KNOWN) {
            known.clear();
        }
        return known.computeIfAbsent(address, file::framesAt);
    }

    private @Nullable DwarfFile dwarf() {
        if (!opened) {
            opened = true;
            dwarf = open();
        }
        return dwarf;
    }

    private @Nullable DwarfFile open() {
        if (!DwarfFile.isLibraryThere()) {
            return null;
        }
        try (ElfFile elf = ElfFile.open(Files.isReadable(seen) ? seen : path)) {
            String id = elf.buildId();
            return buildId.equals(id == null ? "" : id)
                    ? DwarfFile.open(elf, Path.of("/"), path, debugFolders)
                    : null; // another file has taken its place
        } catch (ElfException | DwarfException e) {
            return null;
        }
    }

    @Override
    public void close() {
        DwarfFile file = dwarf;
        dwarf = null;
        opened = true;
        if (file != null) {
            file.close();
        }
    }
}
