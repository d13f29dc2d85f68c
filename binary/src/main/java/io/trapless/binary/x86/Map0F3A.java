package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcodes after 0F 3A (Intel SDM volume 2, table A-5); all have an immediate byte. */
final class Map0F3A {
    static final long[] TABLE = new long[256];

    private static final String VECTORS = """
            ........22222223
            ....2222........
            222.............
            ................
            222.2...........
            ................
            2222............
            ................
            ................
            ................
            ................
            ................
            ............1.22
            ...............2
            ................
            4...............
            """;

    static {
        vectors(TABLE, VECTORS, IB);
        generalRegisters(TABLE);
        TABLE[0xF0] |= UNKNOWN; // hreset
    }

    private Map0F3A() {}

    /** The same in the legacy, VEX and EVEX maps: pextr, extractps and pinsr; the string comparisons where they exist. */
    static void generalRegisters(long[] table) {
        add(table, rm(W, D), 0x14, 0x15, 0x17);
        add(table, rm(W, Y), 0x16);
        add(table, rm(R, D), 0x20);
        add(table, rm(R, Y), 0x22);
        if ((table[0x60] & VALID) != 0) {
            add(table, implicit(READS_AX_DX) | flags(ARITHMETIC), 0x60);
            add(table, implicit(PCMPESTR_INDEX) | flags(ARITHMETIC), 0x61);
            add(table, flags(ARITHMETIC), 0x62);
            add(table, implicit(PCMPISTR_INDEX) | flags(ARITHMETIC), 0x63);
        }
    }
}
