package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcodes after 0F (Intel SDM volume 2, table A-3, and groups 6 to 10 and 12 to 17 of table A-6; AMD APM volume 3, appendix A). */
final class Map0F {
    static final long[] TABLE = new long[256];

    /** Vector instructions, hints and what shares their rows: see {@link Op#vectors}. */
    private static final String VECTORS = """
            ................
            fff33373ffffffff
            ........33ffff33
            ................
            ................
            3f553333fff7ffff
            3333333333332237
            f...333.....aa77
            ................
            ................
            ................
            ................
            ..f1333.........
            a33333e333333333
            333333e333333333
            833333333333333.
            """;

    private static final long PRIVILEGED = VALID | UNKNOWN;

    static {
        vectors(TABLE, VECTORS, 0);
        system();
        generalRegistersOfVectors();
        integer();
        bits();
        SystemGroups.fill(TABLE);
    }

    private Map0F() {}

    private static void system() {
        TABLE[0x02] = M | rm(R, H) | reg(C, V) | flags(ZERO_ONLY); // lar
        TABLE[0x03] = M | rm(R, H) | reg(C, V) | flags(ZERO_ONLY); // lsl
        TABLE[0x05] = PRIVILEGED | flow(Flow.SYSCALL);
        TABLE[0x06] = PRIVILEGED; // clts
        TABLE[0x07] = PRIVILEGED | flow(Flow.RETURN); // sysret
        TABLE[0x08] = PRIVILEGED; // invd
        TABLE[0x09] = PRIVILEGED; // wbinvd
        TABLE[0x0B] = PRIVILEGED | flow(Flow.TRAP); // ud2
        TABLE[0x0D] = M; // prefetchw and its reserved forms
        TABLE[0x0E] = VALID; // femms
        fill(TABLE, 0x20, 0x23, M | UNKNOWN | MOD_IGNORED); // mov to and from control and debug registers
        TABLE[0x30] = PRIVILEGED; // wrmsr
        TABLE[0x31] = VALID | implicit(WRITES_AX_DX); // rdtsc
        TABLE[0x32] = PRIVILEGED; // rdmsr
        TABLE[0x33] = VALID | implicit(READS_CX_WRITES_AX_DX); // rdpmc
        TABLE[0x34] = PRIVILEGED | flow(Flow.SYSCALL); // sysenter
        TABLE[0x35] = PRIVILEGED | flow(Flow.RETURN); // sysexit
        TABLE[0x37] = PRIVILEGED; // getsec
        TABLE[0x77] = VALID; // emms
        long vmread = M | UNKNOWN;
        TABLE[0x78] = byPrefix(vmread, M | REGISTER_ONLY | IBB, 0, M | REGISTER_ONLY | IBB);
        TABLE[0x79] = byPrefix(vmread, M | REGISTER_ONLY, 0, M | REGISTER_ONLY);
        TABLE[0xA0] = VALID | DEFAULT_64 | implicit(STACK); // push %fs
        TABLE[0xA1] = PRIVILEGED; // pop %fs
        TABLE[0xA2] = VALID | implicit(Effects.CPUID);
        TABLE[0xA6] = padlock(3);
        TABLE[0xA7] = padlock(6);
        TABLE[0xA8] = TABLE[0xA0];
        TABLE[0xA9] = TABLE[0xA1];
        TABLE[0xAA] = PRIVILEGED; // rsm
        fill(TABLE, 0xB2, 0xB2, M | UNKNOWN | MEMORY_ONLY); // lss, lfs, lgs
        fill(TABLE, 0xB4, 0xB5, M | UNKNOWN | MEMORY_ONLY);
        TABLE[0xB9] = M | UNKNOWN | flow(Flow.TRAP); // ud1
        TABLE[0xFF] = M | UNKNOWN | flow(Flow.TRAP); // ud0
    }

    /** VIA's cryptography: ModRM C0 and the first {@code count} numbers in its reg field. */
    private static long padlock(int count) {
        long[] register = new long[64];
        for (int i = 0; i < count; i++) {
            register[i * 8] = M | UNKNOWN;
        }
        return byModRm(new long[8], register);
    }

    private static void generalRegistersOfVectors() {
        add(TABLE, IB, 0x70, 0xC2, 0xC4, 0xC5, 0xC6);
        long vector = M;
        long nopOrShadow = M | reg(0, V);
        long[] shadow = {nopOrShadow, M | rm(C, Y), M, M, M, M, M, M}; // rdsspd, rdsspq: nop without a shadow stack
        TABLE[0x1E] = byPrefix(M, M, byRegForms(new long[] {M, M, M, M, M, M, M, M}, shadow), M);
        long toVector = vector | rm(R, Y);
        long fromVector = vector | reg(W, Y);
        TABLE[0x2A] = byPrefix(vector, vector, toVector, toVector);
        TABLE[0x2C] = byPrefix(vector, vector, fromVector, fromVector);
        TABLE[0x2D] = TABLE[0x2C];
        add(TABLE, flags(ARITHMETIC), 0x2E, 0x2F);
        add(TABLE, reg(W, D) | REGISTER_ONLY, 0x50, 0xC5, 0xD7);
        TABLE[0x6E] |= rm(R, Y);
        TABLE[0x7E] = byPrefix(vector | rm(W, Y), vector | rm(W, Y), vector, 0);
        TABLE[0xC3] |= reg(R, Y) | MEMORY_ONLY;
        TABLE[0xC4] |= rm(R, D);
        TABLE[0xF7] |= implicit(READS_DI) | REGISTER_ONLY;
    }

    private static void integer() {
        fill(TABLE, 0x40, 0x4F, M | rm(R, V) | reg(C, V) | flags(Effects.CONDITION));
        fill(TABLE, 0x80, 0x8F, VALID | REL32 | DEFAULT_64 | flow(Flow.CONDITIONAL_JUMP) | flags(Effects.CONDITION));
        fill(TABLE, 0x90, 0x9F, M | rm(W, B) | flags(Effects.CONDITION));
        TABLE[0xAF] = M | rm(R, V) | reg(RW, V) | flags(MULTIPLY);
        TABLE[0xB0] = M | rm(C, B) | reg(R, B) | implicit(Effects.CMPXCHG) | flags(ARITHMETIC);
        TABLE[0xB1] = M | rm(C, V) | reg(R, V) | implicit(Effects.CMPXCHG) | flags(ARITHMETIC);
        TABLE[0xB6] = M | rm(R, B) | reg(W, V);
        TABLE[0xB7] = M | rm(R, H) | reg(W, V);
        TABLE[0xBE] = TABLE[0xB6];
        TABLE[0xBF] = TABLE[0xB7];
        TABLE[0xC0] = M | rm(RW, B) | reg(RW, B) | flags(ARITHMETIC);
        TABLE[0xC1] = M | rm(RW, V) | reg(RW, V) | flags(ARITHMETIC);
        fill(TABLE, 0xC8, 0xCF, VALID | OPCODE_REGISTER | rm(RW, V)); // bswap
    }

    private static void bits() {
        long test = M | rm(R, V) | reg(R, V) | flags(BIT_TEST);
        long change = M | rm(RW, V) | reg(R, V) | flags(BIT_TEST);
        TABLE[0xA3] = test;
        TABLE[0xAB] = change;
        TABLE[0xB3] = change;
        TABLE[0xBB] = change;
        long testImmediate = M | IB | rm(R, V) | flags(BIT_TEST);
        long changeImmediate = M | IB | rm(RW, V) | flags(BIT_TEST);
        TABLE[0xBA] = byReg(0, 0, 0, 0, testImmediate, changeImmediate, changeImmediate, changeImmediate);
        long shift = M | rm(RW, V) | reg(R, V);
        TABLE[0xA4] = shift | IB | flags(SHIFT_IMMEDIATE);
        TABLE[0xA5] = shift | implicit(COUNT_CX) | flags(SHIFT_COUNT);
        TABLE[0xAC] = TABLE[0xA4];
        TABLE[0xAD] = TABLE[0xA5];
        long scan = M | rm(R, V) | reg(C, V) | flags(BIT_SCAN);
        TABLE[0xB8] = M | prefixes(4) | rm(R, V) | reg(W, V) | flags(ARITHMETIC); // popcnt
        // tzcnt and lzcnt are bsf and bsr to a processor without them, which leave the destination alone when the
        // source is zero
        TABLE[0xBC] = scan;
        TABLE[0xBD] = TABLE[0xBC];
    }
}
