package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
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
    /** What a function gives that gives a C string. */
    static final AddressLayout STRING =
            ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

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

    private static MethodHandle find(@Nullable SymbolLookup library, String name, FunctionDescriptor type) {
        if (library == null) {
            throw new IllegalStateException(LIBRARY + " is not there");
        }
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    /** A function of libdw, which must be there. */
    static MethodHandle dw(String name, MemoryLayout result, MemoryLayout... arguments) {
        return find(DW, name, FunctionDescriptor.of(result, arguments));
    }

    /** Made when the library is known to be there. */
    private static final class Functions {
        static final MethodHandle OPEN = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("open"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        static final MethodHandle CLOSE = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("close"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        static final MethodHandle FREE = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ADDRESS));
        static final MethodHandle ELF_VERSION = find(ELF, "elf_version", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        static final MethodHandle ELF_BEGIN =
                find(ELF, "elf_begin", FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
        static final MethodHandle ELF_END = find(ELF, "elf_end", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        static final MethodHandle BEGIN = dw("dwarf_begin", ADDRESS, JAVA_INT, JAVA_INT);
        static final MethodHandle END = dw("dwarf_end", JAVA_INT, ADDRESS);
        static final MethodHandle ERRNO = dw("dwarf_errno", JAVA_INT);
        static final MethodHandle ERRMSG = dw("dwarf_errmsg", STRING, JAVA_INT);
        static final MethodHandle GET_ALT = dw("dwarf_getalt", ADDRESS, ADDRESS);
        static final MethodHandle ALT_LINK = dw("dwelf_dwarf_gnu_debugaltlink", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle GET_UNITS =
                dw("dwarf_get_units", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle CHILD = dw("dwarf_child", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle SIBLING = dw("dwarf_siblingof", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle TAG = dw("dwarf_tag", JAVA_INT, ADDRESS);
        static final MethodHandle ATTR = dw("dwarf_attr", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        static final MethodHandle ATTR_INTEGRATE = dw("dwarf_attr_integrate", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        static final MethodHandle FORM_UDATA = dw("dwarf_formudata", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle FORM_SDATA = dw("dwarf_formsdata", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle FORM_ADDR = dw("dwarf_formaddr", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle FORM_FLAG = dw("dwarf_formflag", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle FORM_REF = dw("dwarf_formref_die", ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle FORM_STRING = dw("dwarf_formstring", STRING, ADDRESS);
        static final MethodHandle FORM_BLOCK = dw("dwarf_formblock", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle RANGES = dw("dwarf_ranges", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle LOCATION =
                dw("dwarf_getlocation_addr", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
        static final MethodHandle CFI = dw("dwarf_getcfi_elf", ADDRESS, ADDRESS);
        static final MethodHandle CFI_FRAME = dw("dwarf_cfi_addrframe", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS);
        static final MethodHandle CFI_END = dw("dwarf_cfi_end", JAVA_INT, ADDRESS);
        static final MethodHandle FRAME_CFA = dw("dwarf_frame_cfa", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

        private Functions() {}
    }

    static AssertionError impossible(Throwable e) {
        return new AssertionError("a downcall without upcalls cannot throw", e);
    }

    /** {@code open(2)} for reading, close-on-exec; negative if it can't be. */
    static int open(MemorySegment path) {
        try {
            return (int) Functions.OPEN.invokeExact(path, 0x80000, 0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void close(int descriptor) {
        try {
            int ignored = (int) Functions.CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void free(MemorySegment memory) {
        try {
            Functions.FREE.invokeExact(memory);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The file as libelf has it; NULL if it is none. */
    static MemorySegment elf(int descriptor) {
        try {
            int version = (int) Functions.ELF_VERSION.invokeExact(1);
            return version == 0
                    ? MemorySegment.NULL
                    : (MemorySegment) Functions.ELF_BEGIN.invokeExact(descriptor, 8, MemorySegment.NULL);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void endElf(MemorySegment elf) {
        ofOne(Functions.ELF_END, elf);
    }

    /** NULL if the file has no DWARF. */
    static MemorySegment begin(int descriptor) {
        try {
            return (MemorySegment) Functions.BEGIN.invokeExact(descriptor, 0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void end(MemorySegment dwarf) {
        ofOne(Functions.END, dwarf);
    }

    /** The last error of this thread, in words. */
    static String lastError() {
        try {
            int code = (int) Functions.ERRNO.invokeExact();
            MemorySegment text = (MemorySegment) Functions.ERRMSG.invokeExact(code);
            return text.equals(MemorySegment.NULL) ? "no error" : text.getString(0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static boolean hasAlternate(MemorySegment dwarf) {
        return !pointerOf(Functions.GET_ALT, dwarf).equals(MemorySegment.NULL);
    }

    /** Bytes of the build id of the file that is shared with others, 0 if there is none; its name goes to {@code name}. */
    static long alternateLink(MemorySegment dwarf, MemorySegment name, MemorySegment buildId) {
        try {
            return (long) Functions.ALT_LINK.invokeExact(dwarf, name, buildId);
        } catch (Throwable e) {
            throw impossible(e);
        }
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
        try {
            return (int) Functions.GET_UNITS.invokeExact(dwarf, unit, next, version, type, die, split);
        } catch (Throwable e) {
            throw impossible(e);
        }
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

    /**
     * Whether there is the attribute.
     *
     * @param integrate whether that of the entry that it is an instance of counts
     */
    static boolean attribute(MemorySegment die, int name, boolean integrate, MemorySegment result) {
        try {
            MemorySegment found = integrate
                    ? (MemorySegment) Functions.ATTR_INTEGRATE.invokeExact(die, name, result)
                    : (MemorySegment) Functions.ATTR.invokeExact(die, name, result);
            return !found.equals(MemorySegment.NULL);
        } catch (Throwable e) {
            throw impossible(e);
        }
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
        try {
            MemorySegment found = (MemorySegment) Functions.FORM_REF.invokeExact(attribute, result);
            return !found.equals(MemorySegment.NULL);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** NULL if it is no string. */
    static MemorySegment string(MemorySegment attribute) {
        return pointerOf(Functions.FORM_STRING, attribute);
    }

    /** Where to go on for the next range; 0 at the end, negative if it is wrong. */
    static long ranges(MemorySegment die, long offset, MemorySegment base, MemorySegment start, MemorySegment end) {
        try {
            return (long) Functions.RANGES.invokeExact(die, offset, base, start, end);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** How many expressions say where it is at an address, at most {@code limit}; 0: none. */
    static int location(
            MemorySegment attribute, long address, MemorySegment expressions, MemorySegment lengths, long limit) {
        try {
            return (int) Functions.LOCATION.invokeExact(attribute, address, expressions, lengths, limit);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The call frame information of a file; NULL if it has none. */
    static MemorySegment frames(MemorySegment elf) {
        return pointerOf(Functions.CFI, elf);
    }

    static void endFrames(MemorySegment frames) {
        ofOne(Functions.CFI_END, frames);
    }

    /** 0 if there is a frame; it has to be freed. */
    static int frame(MemorySegment frames, long address, MemorySegment result) {
        try {
            return (int) Functions.CFI_FRAME.invokeExact(frames, address, result);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** 0 if the frame's address is known; the operations belong to the frame. */
    static int frameAddress(MemorySegment frame, MemorySegment operations, MemorySegment count) {
        try {
            return (int) Functions.FRAME_CFA.invokeExact(frame, operations, count);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static int ofOne(MethodHandle function, MemorySegment argument) {
        try {
            return (int) function.invokeExact(argument);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int ofTwo(MethodHandle function, MemorySegment first, MemorySegment second) {
        try {
            return (int) function.invokeExact(first, second);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static MemorySegment pointerOf(MethodHandle function, MemorySegment argument) {
        try {
            return (MemorySegment) function.invokeExact(argument);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
