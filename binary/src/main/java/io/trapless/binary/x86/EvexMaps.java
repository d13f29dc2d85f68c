package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcodes after an EVEX prefix, maps 1 to 6 (Intel SDM volume 2; map 4 is APX: Intel APX specification, where only lengths are described here). */
final class EvexMaps {
    static final long[] MAP1 = new long[256];
    static final long[] MAP2 = new long[256];
    static final long[] MAP3 = new long[256];
    static final long[] MAP4 = new long[256];
    static final long[] MAP5 = new long[256];
    static final long[] MAP6 = new long[256];

    private static final String VECTORS1 = """
            ................
            fff33373........
            ........33c3cc33
            ................
            ................
            .f..3333fff7ffff
            222222222222222e
            e222222.ffee..6e
            ................
            ................
            ................
            ................
            ..f.223.........
            .222222.22222222
            222222e222222222
            .222222.2222222.
            """;
    private static final String VECTORS2 = """
            2...2......222..
            6666662.22222222
            66666666666222..
            6666662266622222
            2.222222....22f2
            ffea22..2222....
            ..22222.8.......
            22e2.22222222222
            ...2....2222.2.2
            2222..2222aa2222
            2222..2222aa2222
            ....222222222222
            ....2...2.2222.2
            ............2222
            ................
            ................
            """;
    private static final String VECTORS3 = """
            22.222..3232...2
            ....22222222.222
            2222.233........
            ........2222..22
            ..f22...........
            22..2233........
            ......33........
            f2f2............
            ................
            ................
            ................
            ................
            ..5...........22
            ................
            ................
            ................
            """;
    private static final String VECTORS5 = """
            ................
            44...........3..
            ..........4.4411
            ................
            ................
            .5......55f75555
            ..............2.
            ........77a63f2.
            ................
            ................
            ................
            ................
            ................
            ................
            ................
            ................
            """;
    private static final String VECTORS6 = """
            ................
            ...3............
            ............22..
            ................
            ..22........2222
            ......cc........
            ................
            ................
            ................
            ......2222222222
            ......2222222222
            ......2222222222
            ................
            ......cc........
            ................
            ................
            """;

    static {
        map1();
        map2();
        vectors(MAP3, VECTORS3, IB);
        Map0F3A.generalRegisters(MAP3);
        map4();
        vectors(MAP5, VECTORS5, 0);
        conversions(MAP5);
        add(MAP5, rm(R, D), 0x6E); // vmovw
        add(MAP5, rm(W, D), 0x7E);
        vectors(MAP6, VECTORS6, 0);
    }

    private EvexMaps() {}

    private static void map1() {
        vectors(MAP1, VECTORS1, 0);
        add(MAP1, IB, 0x70, 0xC2, 0xC4, 0xC5, 0xC6);
        conversions(MAP1);
        add(MAP1, rm(R, Y), 0x6E);
        MAP1[0x7E] = byPrefix(0, M | rm(W, Y), M, 0);
        add(MAP1, rm(R, D), 0xC4);
        add(MAP1, reg(W, D) | REGISTER_ONLY, 0xC5);
        long shift = M | IB | prefixes(2);
        MAP1[0x71] = byReg(0, 0, shift, 0, shift, 0, shift, 0);
        MAP1[0x72] = byReg(shift, shift, shift, 0, shift, 0, shift, 0);
        MAP1[0x73] = byReg(0, 0, shift, shift, 0, 0, shift, shift);
    }

    /** Scalar conversions between vector and general registers and comparisons into flags: at the same places in maps 1 and 5. */
    private static void conversions(long[] map) {
        add(map, flags(ARITHMETIC), 0x2E, 0x2F);
        long scalar = M | prefixes(12);
        map[0x2A] = scalar | rm(R, Y);
        map[0x2C] = scalar | reg(W, Y);
        map[0x2D] = scalar | reg(W, Y);
        map[0x78] = byPrefix(M, M, M | reg(W, Y), M | reg(W, Y));
        map[0x79] = map[0x78];
        map[0x7B] = byPrefix(0, M, M | rm(R, Y), M | rm(R, Y));
    }

    private static void map2() {
        vectors(MAP2, VECTORS2, 0);
        add(MAP2, rm(R, D) | REGISTER_ONLY, 0x7A, 0x7B);
        add(MAP2, rm(R, Y) | REGISTER_ONLY, 0x7C);
        long gather = M | prefixes(2) | VSIB | MEMORY_ONLY;
        fill(MAP2, 0x90, 0x93, gather);
        fill(MAP2, 0xA0, 0xA3, gather);
        MAP2[0xC6] = byReg(0, gather, gather, 0, 0, gather, gather, 0);
        MAP2[0xC7] = MAP2[0xC6];
    }

    /** Legacy instructions with an EVEX prefix. Their immediates are those of the legacy opcode that has the same number. */
    private static void map4() {
        fill(MAP4, 0, 255, M | UNKNOWN);
        add(MAP4, IB, 0x24, 0x2C, 0x6B, 0x80, 0x83, 0xC0, 0xC1);
        add(MAP4, IZ, 0x69, 0x81);
        long plain = M | UNKNOWN;
        MAP4[0xF6] = byReg(plain | IB, plain | IB, plain, plain, plain, plain, plain, plain);
        MAP4[0xF7] = byReg(plain | IZ, plain | IZ, plain, plain, plain, plain, plain, plain);
    }
}
