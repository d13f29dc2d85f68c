package io.trapless.binary.elf;

import java.util.Arrays;

/** One language-specific data area of .gcc_except_table in the form that GCC and Clang share for C, C++, Rust, D and Ada. */
final class ExceptionTable {
    private ExceptionTable() {}

    /** The landing pads of one function part, in the order of its call sites. */
    static long[] landingPads(ElfFile file, EhFrame.Fde entry) throws ElfException {
        ByteCursor cursor = new ByteCursor(file.fromAddress(entry.lsda()), 0);
        int baseEncoding = cursor.u8();
        long base = baseEncoding == PointerEncoding.OMIT
                ? entry.start()
                : PointerEncoding.read(cursor, baseEncoding, entry.lsda(), 0, file);
        if (cursor.u8() != PointerEncoding.OMIT) {
            cursor.uleb128();
        }
        int siteEncoding = cursor.u8();
        long end = cursor.uleb128();
        end += cursor.position();
        long[] pads = new long[8];
        int count = 0;
        while (cursor.position() < end) {
            PointerEncoding.readFormat(cursor, siteEncoding);
            PointerEncoding.readFormat(cursor, siteEncoding);
            long pad = PointerEncoding.readFormat(cursor, siteEncoding);
            cursor.uleb128();
            if (pad != 0) {
                if (count == pads.length) {
                    pads = Arrays.copyOf(pads, count * 2);
                }
                pads[count++] = base + pad;
            }
        }
        return Arrays.copyOf(pads, count);
    }
}
