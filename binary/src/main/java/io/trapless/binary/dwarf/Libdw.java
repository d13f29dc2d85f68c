package io.trapless.binary.dwarf;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libdw, libelf and libc that are used here, but for those of source lines ({@link LibdwLines}), as they are declared in elfutils/libdw.h (0.171 and later) and libelf.h. The libraries stay loaded once they are. Any thread; what is opened with them belongs to one at a
 * time.
 */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
final class Libdw {
    /** Bytes of a {@code Dwarf_Die}. */
    static final int DIE_BYTES = 32;

    /** Bytes of a {@code Dwarf_Attribute}: code, form, and two pointers. */
    static final int ATTRIBUTE_BYTES = 24;

    /** Bytes of a {@code Dwarf_Op}: operation, two operands, offset; 8 bytes each. */
    static final int OPERATION_BYTES = 32;

    private static final String LIBRARY = "libdw.so.1";

    private static final @Nullable SymbolLookup DW = library(LIBRARY);
    private static final @Nullable SymbolLookup ELF = library("libelf.so.1");

    private Libdw() {}

    private static @Nullable SymbolLookup library(String name) {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException | UnsatisfiedLinkError e) {
            return null;
        }
    }

    /** Whether it is installed, and new enough. */
    static boolean isAvailable() {
        return DW != null && ELF != null && DW.find("dwarf_get_units").isPresent();
    }

    private static MemorySegment find(@Nullable SymbolLookup library, String name) {
        if (library == null) {
            throw new IllegalStateException(LIBRARY + " is not there");
        }
        return library.findOrThrow(name);
    }

    /** A function of libdw, which must be there. */
    static MemorySegment dw(String name) {
        return find(DW, name);
    }

    /** Made when the library is known to be there. */
    private static final class Functions {
        static final MemorySegment OPEN = Downcall.libc("open");
        static final MemorySegment CLOSE = Downcall.libc("close");
        static final MemorySegment FREE = Downcall.libc("free");
        static final MemorySegment ELF_VERSION = find(ELF, "elf_version");
        static final MemorySegment ELF_BEGIN = find(ELF, "elf_begin");
        static final MemorySegment ELF_END = find(ELF, "elf_end");
        static final MemorySegment BEGIN = dw("dwarf_begin");
        static final MemorySegment END = dw("dwarf_end");
        static final MemorySegment GET_STRING = dw("dwarf_getstring");
        static final MemorySegment GET_ALT = dw("dwarf_getalt");
        static final MemorySegment ALT_LINK = dw("dwelf_dwarf_gnu_debugaltlink");
        static final MemorySegment GET_UNITS = dw("dwarf_get_units");
        static final MemorySegment CHILD = dw("dwarf_child");
        static final MemorySegment SIBLING = dw("dwarf_siblingof");
        static final MemorySegment OFFSET = dw("dwarf_dieoffset");
        static final MemorySegment UNIT_OFFSET = dw("dwarf_cuoffset");
        static final MemorySegment TAG = dw("dwarf_tag");
        static final MemorySegment ATTR = dw("dwarf_attr");
        static final MemorySegment ATTR_INTEGRATE = dw("dwarf_attr_integrate");
        static final MemorySegment FORM_UDATA = dw("dwarf_formudata");
        static final MemorySegment FORM_SDATA = dw("dwarf_formsdata");
        static final MemorySegment FORM_ADDR = dw("dwarf_formaddr");
        static final MemorySegment FORM_FLAG = dw("dwarf_formflag");
        static final MemorySegment FORM_REF = dw("dwarf_formref_die");
        static final MemorySegment FORM_STRING = dw("dwarf_formstring");
        static final MemorySegment FORM_BLOCK = dw("dwarf_formblock");
        static final MemorySegment RANGES = dw("dwarf_ranges");
        static final MemorySegment LOCATION = dw("dwarf_getlocation_addr");
        static final MemorySegment CFI = dw("dwarf_getcfi_elf");
        static final MemorySegment CFI_FRAME = dw("dwarf_cfi_addrframe");
        static final MemorySegment CFI_END = dw("dwarf_cfi_end");
        static final MemorySegment FRAME_CFA = dw("dwarf_frame_cfa");

        private Functions() {}
    }

    private static int ofOne(MemorySegment function, MemorySegment argument) {
        return (int) Downcall.call(function, argument.address());
    }

    static int ofTwo(MemorySegment function, MemorySegment first, MemorySegment second) {
        return (int) Downcall.call(function, first.address(), second.address());
    }

    static MemorySegment pointer(long address) {
        return MemorySegment.ofAddress(address);
    }

    /** {@code open(2)} for reading, close-on-exec; negative if it can't be. */
    static int open(MemorySegment path) {
        return (int) Downcall.call(Functions.OPEN, path.address(), 0x80000);
    }

    static void close(int descriptor) {
        Downcall.call(Functions.CLOSE, descriptor);
    }

    static void free(MemorySegment memory) {
        Downcall.call(Functions.FREE, memory.address());
    }

    /** The file as libelf has it; NULL if it is none. */
    static MemorySegment elf(int descriptor) {
        int version = (int) Downcall.call(Functions.ELF_VERSION, 1);
        return version == 0 ? MemorySegment.NULL : pointer(Downcall.call(Functions.ELF_BEGIN, descriptor, 8, 0));
    }

    static void endElf(MemorySegment elf) {
        ofOne(Functions.ELF_END, elf);
    }

    /** NULL if the file has no DWARF. */
    static MemorySegment begin(int descriptor) {
        return pointer(Downcall.call(Functions.BEGIN, descriptor, 0));
    }

    static void end(MemorySegment dwarf) {
        ofOne(Functions.END, dwarf);
    }

    /** The string at an offset of {@code .debug_str}; NULL if that is not in it. */
    static MemorySegment stringAt(MemorySegment dwarf, long offset, MemorySegment length) {
        return pointer(Downcall.call(Functions.GET_STRING, dwarf.address(), offset, length.address()));
    }

    static boolean hasAlternate(MemorySegment dwarf) {
        return Downcall.call(Functions.GET_ALT, dwarf.address()) != 0;
    }

    /** Bytes of the build id of the file that is shared with others, 0 if there is none; its name goes to {@code name}. */
    static long alternateLink(MemorySegment dwarf, MemorySegment name, MemorySegment buildId) {
        return Downcall.call(Functions.ALT_LINK, dwarf.address(), name.address(), buildId.address());
    }

    /** 0: there is one more; 1: there was none. */
    static int nextUnit(
            MemorySegment dwarf,
            MemorySegment unit,
            MemorySegment next,
            MemorySegment version,
            MemorySegment type,
            MemorySegment die,
            MemorySegment split) {
        return (int) Downcall.call(
                Functions.GET_UNITS,
                dwarf.address(),
                unit.address(),
                next.address(),
                version.address(),
                type.address(),
                die.address(),
                split.address());
    }

    /** 0 if there is one. */
    static int child(MemorySegment die, MemorySegment result) {
        return ofTwo(Functions.CHILD, die, result);
    }

    /** 0 if there is one. */
    static int sibling(MemorySegment die, MemorySegment result) {
        return ofTwo(Functions.SIBLING, die, result);
    }

    static int tag(MemorySegment die) {
        return ofOne(Functions.TAG, die);
    }

    /** Offset in its section. */
    static long offset(MemorySegment die) {
        return Downcall.call(Functions.OFFSET, die.address());
    }

    /** Offset from its unit's header. */
    static long unitOffset(MemorySegment die) {
        return Downcall.call(Functions.UNIT_OFFSET, die.address());
    }

    /**
     * Whether there is the attribute.
     *
     * @param integrate whether that of the entry that it is an instance of counts
     */
    static boolean attribute(MemorySegment die, int name, boolean integrate, MemorySegment result) {
        MemorySegment function = integrate ? Functions.ATTR_INTEGRATE : Functions.ATTR;
        return Downcall.call(function, die.address(), name, result.address()) != 0;
    }

    /** 0 if it is a number. */
    static int unsigned(MemorySegment attribute, MemorySegment result) {
        return ofTwo(Functions.FORM_UDATA, attribute, result);
    }

    static int signed(MemorySegment attribute, MemorySegment result) {
        return ofTwo(Functions.FORM_SDATA, attribute, result);
    }

    static int address(MemorySegment attribute, MemorySegment result) {
        return ofTwo(Functions.FORM_ADDR, attribute, result);
    }

    static int flag(MemorySegment attribute, MemorySegment result) {
        return ofTwo(Functions.FORM_FLAG, attribute, result);
    }

    static int block(MemorySegment attribute, MemorySegment result) {
        return ofTwo(Functions.FORM_BLOCK, attribute, result);
    }

    /** Whether the entry that is referred to is there. */
    static boolean reference(MemorySegment attribute, MemorySegment result) {
        return Downcall.call(Functions.FORM_REF, attribute.address(), result.address()) != 0;
    }

    /** NULL if it is no string. */
    static MemorySegment string(MemorySegment attribute) {
        return pointer(Downcall.call(Functions.FORM_STRING, attribute.address()));
    }

    /** Where to go on for the next range; 0 at the end, negative if it is wrong. */
    static long ranges(MemorySegment die, long offset, MemorySegment base, MemorySegment start, MemorySegment end) {
        return Downcall.call(Functions.RANGES, die.address(), offset, base.address(), start.address(), end.address());
    }

    /** How many expressions say where it is at an address, at most {@code limit}; 0: none. */
    static int location(
            MemorySegment attribute, long address, MemorySegment expressions, MemorySegment lengths, long limit) {
        return (int) Downcall.call(
                Functions.LOCATION, attribute.address(), address, expressions.address(), lengths.address(), limit);
    }

    /** The call frame information of a file; NULL if it has none. */
    static MemorySegment frames(MemorySegment elf) {
        return pointer(Downcall.call(Functions.CFI, elf.address()));
    }

    static void endFrames(MemorySegment frames) {
        ofOne(Functions.CFI_END, frames);
    }

    /** 0 if there is a frame; it has to be freed. */
    static int frame(MemorySegment frames, long address, MemorySegment result) {
        return (int) Downcall.call(Functions.CFI_FRAME, frames.address(), address, result.address());
    }

    /** 0 if the frame's address is known; the operations belong to the frame. */
    static int frameAddress(MemorySegment frame, MemorySegment operations, MemorySegment count) {
        return (int) Downcall.call(Functions.FRAME_CFA, frame.address(), operations.address(), count.address());
    }
}
