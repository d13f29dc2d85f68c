package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcodes after a VEX prefix, maps 1 to 3 and 7 (Intel SDM volume 2, tables and the pages of AVX to AMX). */
final class VexMaps {
    static final long[] MAP1 = new long[256];
    static final long[] MAP2 = new long[256];
    static final long[] MAP3 = new long[256];
    static final long[] MAP7 = new long[256];

    private static final String VECTORS1 = """
            ................
            fff33373........
            ........33c3cc33
            ................
            .33.3333..33....
            3f553333fff7ffff
            2222222222222226
            e222222.....aa66
            ................
            33bb....33......
            ................
            ................
            ..f.223.........
            a222222222222222
            222222e222222222
            822222222222222.
            """;
    private static final String VECTORS2 = """
            2222222222222222
            ...2..22222.222.
            222222..22222222
            2222222222222222
            22...222.b.e....
            ff22....222.c.f.
            ............3...
            ..4.....22......
            ............2.2.
            ......2222222222
            ......2222222222
            f6..222222222222
            ...........888.2
            ..77......f22222
            2222222222222222
            ................
            """;
    private static final String VECTORS3 = """
            222.222.22222222
            ....222222...2..
            222.............
            2222....22......
            222.2.2.22222...
            ............2222
            2222....22222222
            ........22222222
            ................
            ................
            ................
            ................
            ..............22
            ..............22
            ................
            ................
            """;

    static {
        map1();
        map2();
        vectors(MAP3, VECTORS3, IB);
        Map0F3A.generalRegisters(MAP3);
        MAP3[0xF0] = M | IB | prefixes(8) | rm(R, Y) | reg(W, Y); // rorx
        MAP7[0xF6] = M | ID | UNKNOWN; // rdmsr, wrmsrns with an immediate
        MAP7[0xF8] = M | ID | UNKNOWN; // urdmsr, uwrmsr
    }

    private VexMaps() {}

    private static void map1() {
        vectors(MAP1, VECTORS1, 0);
        MAP1[0x77] = VALID | prefixes(1); // vzeroupper
        add(MAP1, IB, 0x70, 0xC2, 0xC4, 0xC5, 0xC6);
        add(MAP1, rm(R, Y), 0x2A);
        add(MAP1, reg(W, Y), 0x2C, 0x2D);
        add(MAP1, flags(ARITHMETIC), 0x2E, 0x2F, 0x98, 0x99); // comis, kortest, ktest
        add(MAP1, reg(W, D) | REGISTER_ONLY, 0x50, 0xC5, 0xD7);
        add(MAP1, rm(R, Y), 0x6E);
        add(MAP1, rm(R, D), 0xC4);
        MAP1[0x7E] = byPrefix(0, M | rm(W, Y), M, 0);
        long shift = M | IB | prefixes(2) | REGISTER_ONLY;
        MAP1[0x71] = byReg(0, 0, shift, 0, shift, 0, shift, 0);
        MAP1[0x72] = MAP1[0x71];
        MAP1[0x73] = byReg(0, 0, shift, shift, 0, 0, shift, shift);
        MAP1[0x92] |= REGISTER_ONLY | rm(R, Y); // kmov from a general register
        MAP1[0x93] |= REGISTER_ONLY | reg(W, Y); // kmov to one
        MAP1[0xAE] = byRegForms(new long[] {0, 0, M | prefixes(1), M | prefixes(1), 0, 0, 0, 0}, new long[8]);
        MAP1[0xF7] |= implicit(READS_DI) | REGISTER_ONLY;
    }

    private static void map2() {
        vectors(MAP2, VECTORS2, 0);
        add(MAP2, flags(ARITHMETIC), 0x0E, 0x0F, 0x17); // vtestps, vtestpd, vptest
        fill(MAP2, 0x90, 0x93, M | prefixes(2) | VSIB | MEMORY_ONLY);
        fill(MAP2, 0xE0, 0xEF, M | prefixes(2) | MEMORY_ONLY | reg(RW, Y) | vvvv(R) | flags(ARITHMETIC)); // cmpccxadd
        MAP2[0xF2] = M | prefixes(1) | rm(R, Y) | reg(W, Y) | vvvv(R) | flags(BMI); // andn
        long lowestBit = M | prefixes(1) | rm(R, Y) | vvvv(W) | flags(BMI);
        MAP2[0xF3] = byReg(0, lowestBit, lowestBit, lowestBit, 0, 0, 0, 0);
        long three = M | rm(R, Y) | reg(W, Y) | vvvv(R);
        MAP2[0xF5] = byPrefix(three | flags(BMI), 0, three, three); // bzhi, pext, pdep
        MAP2[0xF6] = M | prefixes(8) | rm(R, Y) | reg(W, Y) | vvvv(W) | implicit(READS_DX); // mulx
        MAP2[0xF7] = byPrefix(three | flags(Effects.BEXTR), three, three, three); // bextr, shlx, sarx, shrx
    }
}
