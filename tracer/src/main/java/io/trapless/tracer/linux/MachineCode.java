package io.trapless.tracer.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;

/** Turns a few bytes of position-independent x86-64 code into a callable handle. The page is written first and made executable after, never both at a time. */
final class MachineCode {
    private MachineCode() {}

    /** A handle for {@code code} under the System V calling convention. The page stays mapped for the life of the process. */
    @SuppressWarnings("restricted") // the code is this package's own
    static MethodHandle function(byte[] code, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(page(code), type, options);
    }

    /** A page of its own that begins with {@code code}, for good. */
    static MemorySegment page(byte[] code) {
        MemorySegment page =
                Memory.map(-1, 4096, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS);
        MemorySegment.copy(code, 0, page, ValueLayout.JAVA_BYTE, 0, code.length);
        Memory.protect(page, Memory.PROT_READ | Memory.PROT_EXEC);
        return page;
    }

    /** Bytes from hexadecimal digits; white space is left out. */
    static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal.replaceAll("\\s+", ""));
    }
}
