package io.trapless.binary.symbol;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Section;
import io.trapless.binary.elf.Segment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions that Go's own runtime knows of, for tracebacks: their table stays in a program when its symbols are stripped. Layout since Go 1.18 (runtime/symtab.go, {@code pcHeader}, {@code functab}, {@code _func}), all little
 * endian:
 *
 * <pre>
 *    0  4  0xfffffff0 (1.18) or 0xfffffff1 (1.20)
 *    4  4  0, 0, 1, 8: the least instruction's and a pointer's size
 *    8  8  number of functions
 *   16  8  number of files
 *   24  8  where the code begins: a pointer, relocated
 *   32  8  offset of the names
 *   40 24  offsets of the tables of compilation units, files and program counters: not read
 *   64  8  offset of the functions: pairs of 4 bytes, an entry's distance from the beginning of the code and the offset, from here, of more about it, whose second word is its name's offset
 *          (signed) and whose flags, a byte, are the second behind its nine words, ten since 1.20; behind the last pair the distance of the code's end
 * </pre>
 *
 * @param start where Go's code begins
 * @param end and ends; what is outside is C
 */
public record GoFunctions(long start, long end, List<CompiledFunction> functions) {
    private static final String[] SECTIONS = {".gopclntab", ".data.rel.ro.gopclntab"};
    /** What the linker leaves of Go whichever linker it is. */
    private static final List<String> MARKS = List.of(".go.buildinfo", ".note.go.buildid");

    private static final long[] MAGICS = {0xfffffff0L, 0xfffffff1L};
    private static final long SIZES = 0x08010000L;
    private static final int HEADER = 72;
    private static final int ALIGNMENT = 8;
    private static final int COUNT = 8;
    private static final int TEXT_START = 24;
    private static final int NAMES = 32;
    private static final int FUNCTIONS = 64;
    private static final int PAIR = 8;
    private static final int NAME_OFFSET = 4;

    /** Of either magic (runtime/runtime2.go: {@code _func.flag}). */
    private static final int[] FLAGS_OFFSETS = {37, 41};

    /** {@code abi.FuncFlagAsm}. */
    private static final int WRITTEN_IN_ASSEMBLY = 4;

    public GoFunctions {
        functions = List.copyOf(functions);
    }

    /**
     * One function, as the file states its address; its size includes the padding behind it.
     *
     * @param isAssembly whether it was written in assembly
     */
    public record CompiledFunction(String name, long address, long sizeBytes, boolean isAssembly) {}

    /** Whether the image has code of the Go compiler's. */
    public static boolean areIn(ElfFile image) {
        return section(image) != null
                || MARKS.stream().anyMatch(mark -> image.section(mark) != null)
                || (image.sections().isEmpty() && hasGoNote(image));
    }

    /** Those of an image; null if it has none, or in a form that is not known or damaged: nothing depends on it that could do harm. */
    public static @Nullable GoFunctions of(ElfFile image) {
        if (!areIn(image)) {
            return null;
        }
        Section section = section(image);
        try {
            return section == null ? search(image) : at(image, section.address(), image.read(section));
        } catch (ElfException damaged) {
            return null;
        }
    }

    private static @Nullable Section section(ElfFile image) {
        for (String name : SECTIONS) {
            Section section = image.section(name);
            if (section != null) {
                return section;
            }
        }
        return null;
    }

    private static boolean hasGoNote(ElfFile image) {
        try {
            return image.notes().stream().anyMatch(note -> note.owner().equals("Go"));
        } catch (ElfException damaged) {
            return false;
        }
    }

    /** Other linkers than Go's own merge the table into their section of relocated data. */
    private static @Nullable GoFunctions search(ElfFile image) throws ElfException {
        for (Section section : image.sections()) {
            if (section.isAllocated() && !section.isExecutable() && !section.isNoBits()) {
                GoFunctions found = search(image, section.address(), image.read(section));
                if (found != null) {
                    return found;
                }
            }
        }
        if (image.sections().isEmpty()) {
            for (Segment segment : image.segments()) {
                if (segment.isLoaded() && !segment.isExecutable() && segment.fileSizeBytes() > 0) {
                    ByteView data = image.readAt(segment.address(), segment.fileSizeBytes());
                    GoFunctions found = search(image, segment.address(), data);
                    if (found != null) {
                        return found;
                    }
                }
            }
        }
        return null;
    }

    private static @Nullable GoFunctions search(ElfFile image, long address, ByteView data) throws ElfException {
        for (long at = -address & ALIGNMENT - 1; at + HEADER <= data.size(); at += ALIGNMENT) {
            if (isHeader(data, at)) {
                GoFunctions found = at(image, address + at, data.slice(at, data.size() - at));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static boolean isHeader(ByteView table, long at) throws ElfException {
        long magic = table.u32(at);
        return (magic == MAGICS[0] || magic == MAGICS[1]) && table.u32(at + 4) == SIZES;
    }

    private static @Nullable GoFunctions at(ElfFile image, long address, ByteView table) {
        try {
            if (!isHeader(table, 0)) {
                return null;
            }
            GoFunctions found = read(table, image.pointerAt(address + TEXT_START));
            return found.end > found.start && image.isCode(found.start) && image.isCode(found.end - 1) ? found : null;
        } catch (ElfException other) {
            return null;
        }
    }

    static GoFunctions read(ByteView table, long textStart) throws ElfException {
        long count = table.s64(COUNT);
        ByteView names = table.slice(table.s64(NAMES), table.size() - table.s64(NAMES));
        ByteView more = table.slice(table.s64(FUNCTIONS), table.size() - table.s64(FUNCTIONS));
        int flags = FLAGS_OFFSETS[table.u32(0) == MAGICS[0] ? 0 : 1];
        List<CompiledFunction> functions = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long at = more.u32(i * PAIR);
            long size = more.u32((i + 1) * PAIR) - at;
            long function = more.u32(i * PAIR + 4);
            int name = more.s32(function + NAME_OFFSET);
            if (size > 0 && name >= 0) {
                boolean assembly = (more.u8(function + flags) & WRITTEN_IN_ASSEMBLY) != 0;
                functions.add(new CompiledFunction(names.string(name), textStart + at, size, assembly));
            }
        }
        return new GoFunctions(textStart, textStart + more.u32(count * PAIR), functions);
    }
}
