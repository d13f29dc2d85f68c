package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
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

    /**
     * Calls any of them: linking a shape of its own for each would cost a command that needs a few of them once more time than all its calls. An argument that a function does not have is in a register that it does not read, or on the
     * stack above what it reads (System V psABI, 3.2.3).
     */
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

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

    private static MemorySegment c(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    /** Made when the library is known to be there. */
    private static final class Functions {
        static final MemorySegment OPEN = c("open");
        static final MemorySegment CLOSE = c("close");
        static final MemorySegment FREE = c("free");
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

    private static long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) CALL.invokeExact(function, a, b, c, d, e, f, g);
        } catch (Throwable t) {
            throw new AssertionError("a downcall without upcalls cannot throw", t);
        }
    }

    /** Memory that is passed has to outlive the call: it must not be the garbage collector's to free. */
    static long call(MemorySegment function, long a, long b, long c, long d) {
        return call(function, a, b, c, d, 0, 0, 0);
    }

    /** Of a function that gives an {@code int}: the upper half of the register is anything. */
    private static int ofOne(MemorySegment function, MemorySegment argument) {
        return (int) call(function, argument.address(), 0, 0, 0);
    }

    static int ofTwo(MemorySegment function, MemorySegment first, MemorySegment second) {
        return (int) call(function, first.address(), second.address(), 0, 0);
    }

    static MemorySegment pointer(long address) {
        return MemorySegment.ofAddress(address);
    }

    /** {@code open(2)} for reading, close-on-exec; negative if it can't be. */
    static int open(MemorySegment path) {
        return (int) call(Functions.OPEN, path.address(), 0x80000, 0, 0);
    }

    static void close(int descriptor) {
        call(Functions.CLOSE, descriptor, 0, 0, 0);
    }

    static void free(MemorySegment memory) {
        call(Functions.FREE, memory.address(), 0, 0, 0);
    }

    /** The file as libelf has it; NULL if it is none. */
    static MemorySegment elf(int descriptor) {
        int version = (int) call(Functions.ELF_VERSION, 1, 0, 0, 0);
        return version == 0 ? MemorySegment.NULL : pointer(call(Functions.ELF_BEGIN, descriptor, 8, 0, 0));
    }

    static void endElf(MemorySegment elf) {
        ofOne(Functions.ELF_END, elf);
    }

    /** NULL if the file has no DWARF. */
    static MemorySegment begin(int descriptor) {
        return pointer(call(Functions.BEGIN, descriptor, 0, 0, 0));
    }

    static void end(MemorySegment dwarf) {
        ofOne(Functions.END, dwarf);
    }

    /** The string at an offset of {@code .debug_str}; NULL if that is not in it. */
    static MemorySegment stringAt(MemorySegment dwarf, long offset, MemorySegment length) {
        return pointer(call(Functions.GET_STRING, dwarf.address(), offset, length.address(), 0));
    }

    static boolean hasAlternate(MemorySegment dwarf) {
        return call(Functions.GET_ALT, dwarf.address(), 0, 0, 0) != 0;
    }

    /** Bytes of the build id of the file that is shared with others, 0 if there is none; its name goes to {@code name}. */
    static long alternateLink(MemorySegment dwarf, MemorySegment name, MemorySegment buildId) {
        return call(Functions.ALT_LINK, dwarf.address(), name.address(), buildId.address(), 0);
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
        return (int) call(
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
        return call(Functions.OFFSET, die.address(), 0, 0, 0);
    }

    /** Offset from its unit's header. */
    static long unitOffset(MemorySegment die) {
        return call(Functions.UNIT_OFFSET, die.address(), 0, 0, 0);
    }

    /**
     * Whether there is the attribute.
     *
     * @param integrate whether that of the entry that it is an instance of counts
     */
    static boolean attribute(MemorySegment die, int name, boolean integrate, MemorySegment result) {
        MemorySegment function = integrate ? Functions.ATTR_INTEGRATE : Functions.ATTR;
        return call(function, die.address(), name, result.address(), 0) != 0;
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
        return call(Functions.FORM_REF, attribute.address(), result.address(), 0, 0) != 0;
    }

    /** NULL if it is no string. */
    static MemorySegment string(MemorySegment attribute) {
        return pointer(call(Functions.FORM_STRING, attribute.address(), 0, 0, 0));
    }

    /** Where to go on for the next range; 0 at the end, negative if it is wrong. */
    static long ranges(MemorySegment die, long offset, MemorySegment base, MemorySegment start, MemorySegment end) {
        return call(Functions.RANGES, die.address(), offset, base.address(), start.address(), end.address(), 0, 0);
    }

    /** How many expressions say where it is at an address, at most {@code limit}; 0: none. */
    static int location(
            MemorySegment attribute, long address, MemorySegment expressions, MemorySegment lengths, long limit) {
        return (int) call(
                Functions.LOCATION,
                attribute.address(),
                address,
                expressions.address(),
                lengths.address(),
                limit,
                0,
                0);
    }

    /** The call frame information of a file; NULL if it has none. */
    static MemorySegment frames(MemorySegment elf) {
        return pointer(call(Functions.CFI, elf.address(), 0, 0, 0));
    }

    static void endFrames(MemorySegment frames) {
        ofOne(Functions.CFI_END, frames);
    }

    /** 0 if there is a frame; it has to be freed. */
    static int frame(MemorySegment frames, long address, MemorySegment result) {
        return (int) call(Functions.CFI_FRAME, frames.address(), address, result.address(), 0);
    }

    /** 0 if the frame's address is known; the operations belong to the frame. */
    static int frameAddress(MemorySegment frame, MemorySegment operations, MemorySegment count) {
        return (int) call(Functions.FRAME_CFA, frame.address(), operations.address(), count.address(), 0);
    }
}
