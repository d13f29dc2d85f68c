package io.trapless.binary.symbol;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Section;
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
 *          (signed); behind the last pair the distance of the code's end
 * </pre>
 *
 * @param start where Go's code begins
 * @param end and ends; what is outside is C
 */
public record GoFunctions(long start, long end, List<CompiledFunction> functions) {
    private static final String[] SECTIONS = {".gopclntab", ".data.rel.ro.gopclntab"};
    private static final long[] MAGICS = {0xfffffff0L, 0xfffffff1L};
    private static final long SIZES = 0x08010000L;
    private static final int COUNT = 8;
    private static final int TEXT_START = 24;
    private static final int NAMES = 32;
    private static final int FUNCTIONS = 64;
    private static final int PAIR = 8;
    private static final int NAME_OFFSET = 4;

    public GoFunctions {
        functions = List.copyOf(functions);
    }

    /** One function, as the file states its address; its size includes the padding behind it. */
    public record CompiledFunction(String name, long address, long sizeBytes) {}

    /** Whether the image was made by the Go compiler. */
    public static boolean areIn(ElfFile image) {
        return section(image) != null;
    }

    /** Those of an image; null if it has none, or in a form that is not known or damaged: nothing depends on it that could do harm. */
    public static @Nullable GoFunctions of(ElfFile image) {
        Section section = section(image);
        if (section == null) {
            return null;
        }
        try {
            ByteView table = image.read(section);
            boolean known = table.u32(4) == SIZES && (table.u32(0) == MAGICS[0] || table.u32(0) == MAGICS[1]);
            return known ? read(table, image.pointerAt(section.address() + TEXT_START)) : null;
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

    static GoFunctions read(ByteView table, long textStart) throws ElfException {
        long count = table.s64(COUNT);
        ByteView names = table.slice(table.s64(NAMES), table.size() - table.s64(NAMES));
        ByteView more = table.slice(table.s64(FUNCTIONS), table.size() - table.s64(FUNCTIONS));
        List<CompiledFunction> functions = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long at = more.u32(i * PAIR);
            long size = more.u32((i + 1) * PAIR) - at;
            int name = more.s32(more.u32(i * PAIR + 4) + NAME_OFFSET);
            if (size > 0 && name > 0) {
                functions.add(new CompiledFunction(names.string(name), textStart + at, size));
            }
        }
        return new GoFunctions(textStart, textStart + more.u32(count * PAIR), functions);
    }
}
