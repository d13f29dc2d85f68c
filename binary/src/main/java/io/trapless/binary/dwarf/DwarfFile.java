package io.trapless.binary.dwarf;

import io.trapless.binary.elf.DebugFiles;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The debugging information of a program or library, which may be in a file of its own. Addresses are the program's. What it hands out is immutable, but {@link #members} can only be asked for while it is open. One thread at a time.
 */
public final class DwarfFile implements AutoCloseable {
    private final DieReader reader;
    private final Locations locations;
    private final TypeIndex index;
    private final TypeEntries types;
    private final FunctionEntries functions;
    private final FrameSources sources;
    private boolean closed;

    private DwarfFile(DieReader reader, String programPath) {
        this.reader = reader;
        this.locations = new Locations(reader, programPath);
        UnitFilter units = new UnitFilter(reader);
        FunctionRanges ranges = new FunctionRanges(reader);
        this.index = new TypeIndex(reader, units);
        this.types = new TypeEntries(reader, index);
        this.functions = new FunctionEntries(reader, types, ranges, units);
        this.sources = new FrameSources(reader, ranges);
    }

    /** Whether libdw is installed. */
    public static boolean isLibraryThere() {
        return Libdw.isAvailable();
    }

    /** Whether the file has DWARF in itself or in a file of its own, as far as section headers tell; needs no libdw. Parameters as of {@link #open}. */
    public static boolean isThere(ElfFile elf, Path root, Path imagePath, List<Path> folders) {
        try {
            if (hasDwarf(elf)) {
                return true;
            }
            try (ElfFile separate = DebugFiles.separate(elf, root, imagePath, folders)) {
                return separate != null && hasDwarf(separate);
            }
        } catch (ElfException e) {
            return false;
        }
    }

    private static boolean hasDwarf(ElfFile elf) {
        return elf.section(".debug_info") != null || elf.section(".zdebug_info") != null;
    }

    /**
     * Opens the debugging information of a file.
     *
     * @param elf opened by its path
     * @param root the directory that the target sees as {@code /}
     * @param imagePath where the target sees the file, absolute
     * @param folders where a separate file may be besides; relative ones count from the file's own folder
     */
    public static DwarfFile open(ElfFile elf, Path root, Path imagePath, List<Path> folders) throws DwarfException {
        Path program = elf.path();
        if (!Libdw.isAvailable()) {
            throw new DwarfException(
                    DwarfException.Reason.NO_LIBRARY,
                    "reading debugging information needs libdw (libdw.so.1 of elfutils 0.171 or later), which is not installed: apt install libdw1");
        }
        try {
            DieReader reader = program != null && hasDwarf(elf) ? DieReader.open(program.toString()) : null;
            if (reader == null) {
                try (ElfFile separate = DebugFiles.separate(elf, root, imagePath, folders)) {
                    Path path = separate == null ? null : separate.path();
                    reader = path == null ? null : DieReader.open(path.toString());
                }
            }
            if (reader == null) {
                throw noDebugInfo(elf, imagePath);
            }
            return new DwarfFile(reader, String.valueOf(program));
        } catch (ElfException e) {
            throw noDebugInfo(elf, imagePath);
        }
    }

    private static DwarfException noDebugInfo(ElfFile elf, Path imagePath) {
        String id = "";
        try {
            id = elf.buildId() == null ? "" : " (build id " + elf.buildId() + ")";
        } catch (ElfException e) {
            id = "";
        }
        return new DwarfException(
                DwarfException.Reason.NO_DEBUG_INFO,
                imagePath + id
                        + " has no debugging information: build it with -g, or install its package of debug symbols (NAME-dbgsym or NAME-dbg)");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            locations.close();
            reader.close();
        }
    }

    /** Whether a part of it is in {@code .dwo} files that were not found where they were built; a {@code .dwp} file is read by libdw 0.191 and later. */
    public boolean hasMissingParts() {
        return reader.hasMissingParts();
    }

    /** The function that begins at an address, or null. */
    public @Nullable DwarfFunction functionAt(long address) {
        return functions.at(address);
    }

    /**
     * Where functions of a name were inlined, by address.
     *
     * @param name of a C function; of others the symbol's, or the readable one without parameters
     */
    public List<InlinedInstance> inlined(String name) {
        return functions.inlined(name, locations);
    }

    /**
     * The lines and inlined functions of the code at an address; of a call that is to be named by its return address, ask for the byte before. Walks only the unit of compilation that holds it, and remembers no answers.
     *
     * @return {@link SourceFrames#NONE} if nothing tells
     */
    public SourceFrames framesAt(long address) {
        return sources.at(address);
    }

    /** The structure of that name without its tag, or null. */
    public DwarfType.@Nullable Struct struct(String name, boolean union) {
        return typeOf(index.struct(name, union)) instanceof DwarfType.Struct struct ? struct : null;
    }

    public DwarfType.@Nullable Enumeration enumeration(String name) {
        return typeOf(index.enumeration(name)) instanceof DwarfType.Enumeration e ? e : null;
    }

    /** What a typedef stands for, or null. */
    public @Nullable DwarfType typedef(String name) {
        return typeOf(index.named(name));
    }

    private @Nullable DwarfType typeOf(@Nullable Die die) {
        return Optional.ofNullable(die).map(types::type).orElse(null);
    }

    /** The members of a structure of this file. */
    public List<DwarfType.Member> members(DwarfType.Struct struct) {
        return types.members(struct);
    }

    /**
     * The code of a source line.
     *
     * @param file a path, or the end of one
     * @param column 0: any
     */
    public LineMatch line(String file, int line, int column) {
        return new SourceLines(reader).find(file, line, column);
    }
}
