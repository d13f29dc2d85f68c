package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Makes a few bytes of position-independent x86-64 code callable ({@link Downcall}). The page is written first and made executable after, never both at a time. */
final class MachineCode {
    private static final int PAGE = 4096;

    private MachineCode() {}

    /** A page of its own that begins with {@code code}, for good. By the C library's functions: {@link Syscalls} is made of such a page. */
    @SuppressWarnings("restricted") // the code is this package's own
    static MemorySegment page(byte[] code) {
        long address = Downcall.call(
                Downcall.libc("mmap"),
                0,
                PAGE,
                Memory.PROT_READ | Memory.PROT_WRITE,
                Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS,
                -1,
                0,
                0);
        if (address == -1) {
            throw new IllegalStateException("no memory for a page of code");
        }
        MemorySegment page = MemorySegment.ofAddress(address).reinterpret(PAGE);
        MemorySegment.copy(code, 0, page, ValueLayout.JAVA_BYTE, 0, code.length);
        if ((int) Downcall.call(Downcall.libc("mprotect"), address, PAGE, Memory.PROT_READ | Memory.PROT_EXEC) != 0) {
            throw new IllegalStateException("a page of code may not be made executable");
        }
        return page;
    }

    /** Bytes from hexadecimal digits; white space is left out. */
    static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal.replaceAll("\\s+", ""));
    }
}
