package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcodes after 0F 38 (Intel SDM volume 2, table A-4). */
final class Map0F38 {
    static final long[] TABLE = new long[256];

    private static final String VECTORS = """
            333333333333....
            2...22.2....333.
            222222..2222....
            222222.222222222
            22..............
            ................
            ................
            ................
            222.............
            ................
            ................
            ................
            ........111111.2
            ........4..26666
            ................
            .....27.e144f...
            """;

    static {
        vectors(TABLE, VECTORS, 0);
        TABLE[0x17] |= flags(ARITHMETIC); // ptest
        add(TABLE, UNKNOWN, 0x80, 0x81, 0x82, 0xF5, 0xF8, 0xFA, 0xFB, 0xFC);
        long keyLocker = M | prefixes(4) | UNKNOWN;
        TABLE[0xD8] = keyLocker;
        long vector = M;
        long aes = byPrefix(0, vector, keyLocker, 0);
        fill(TABLE, 0xDC, 0xDF, aes);
        long load = M | MEMORY_ONLY | reg(W, V);
        long store = M | MEMORY_ONLY | reg(R, V);
        long crcOfByte = M | rm(R, B) | reg(RW, Y);
        long crc = M | rm(R, V) | reg(RW, Y);
        TABLE[0xF0] = byPrefix(load, load, 0, crcOfByte);
        TABLE[0xF1] = byPrefix(store, store, 0, crc);
        long carry = M | rm(R, Y) | reg(RW, Y);
        TABLE[0xF6] = byPrefix(M | UNKNOWN, carry | flags(Effects.ADCX), carry | flags(Effects.ADOX), 0);
        TABLE[0xF9] |= MEMORY_ONLY | reg(R, Y); // movdiri
    }

    private Map0F38() {}
}
