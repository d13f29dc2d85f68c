package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The opcode groups after 0F whose members have little in common: 00, 01, 71 to 73, AE and C7. */
final class SystemGroups {
    private static final long SYSTEM = M | UNKNOWN;

    private SystemGroups() {}

    static void fill(long[] table) {
        long store = M | rm(C, V); // how much is written differs where the kernel emulates it
        long verify = M | rm(R, H) | flags(ZERO_ONLY);
        table[0x00] = byReg(store, store, SYSTEM, SYSTEM, verify, verify, SYSTEM, 0);
        table[0x01] = group7();
        table[0x71] = byReg(0, 0, shift(), 0, shift(), 0, shift(), 0);
        table[0x72] = table[0x71];
        table[0x73] = byReg(0, 0, shift(), shift66(), 0, 0, shift(), shift66());
        table[0xAE] = group15();
        table[0xC7] = group9();
    }

    private static long shift() {
        return M | IB | REGISTER_ONLY | prefixes(3);
    }

    private static long shift66() {
        return M | IB | REGISTER_ONLY | prefixes(2);
    }

    private static long group7() {
        long storeMachineWord = M | rm(C, V);
        long[] memory = {SYSTEM, SYSTEM, SYSTEM, SYSTEM, storeMachineWord, SYSTEM, SYSTEM, SYSTEM};
        long[] register = new long[64];
        java.util.Arrays.fill(register, SYSTEM);
        java.util.Arrays.fill(register, 0x20, 0x28, storeMachineWord);
        register[0x2C] = byPrefix(SYSTEM, 0, SYSTEM | flow(Flow.RETURN), 0); // uiret
        register[0x10] = M | implicit(READS_CX_WRITES_AX_DX); // xgetbv
        register[0x15] = SYSTEM; // xend
        register[0x16] = M | flags(ARITHMETIC); // xtest
        register[0x2E] = byPrefix(M | implicit(READS_CX_WRITES_AX_DX), 0, SYSTEM, 0); // rdpkru
        register[0x2F] = byPrefix(M | implicit(READS_AX_CX_DX), 0, SYSTEM, 0); // wrpkru
        register[0x39] = M | implicit(WRITES_AX_DX_CX); // rdtscp
        register[0x3A] = byPrefix(M | implicit(READS_AX_CX_DX), SYSTEM, SYSTEM, SYSTEM); // monitorx
        register[0x3C] = M | implicit(Effects.READS_AX); // clzero
        register[0x3D] = SYSTEM; // rdpru
        return byModRm(memory, register);
    }

    private static long group15() {
        long save = M | implicit(READS_AX_DX);
        long writeBack = byPrefix(save, M, SYSTEM, 0); // xsaveopt, clwb, clrssbsy
        long traceWrite = byPrefix(save, 0, M, 0); // xsave, ptwrite
        long flush = byPrefix(M, M, 0, 0);
        long[] memory = {M, M, M, M, traceWrite, save, writeBack, flush};
        long readBase = M | prefixes(4) | rm(W, Y);
        long writeBase = M | UNKNOWN | prefixes(4) | rm(R, Y);
        long loadFence = byPrefix(M, 0, SYSTEM, 0); // incssp
        long umwait = M | implicit(READS_AX_DX) | rm(R, D) | flags(ARITHMETIC);
        long memoryFence = byPrefix(M, umwait, M | rm(R, Q), umwait); // tpause, umonitor, umwait
        long storeFence = byPrefix(M, 0, 0, 0);
        return byRegForms(memory, new long[] {
            readBase, readBase, writeBase, writeBase, M | prefixes(4) | rm(R, Y), loadFence, memoryFence, storeFence
        });
    }

    private static long group9() {
        long compare = M | implicit(CMPXCHG8B) | flags(ZERO_ONLY);
        long save = M | implicit(READS_AX_DX);
        long random = byPrefix(M | rm(W, V) | flags(ARITHMETIC), M | rm(W, V) | flags(ARITHMETIC), SYSTEM, 0);
        long seed = byPrefix(M | rm(W, V) | flags(ARITHMETIC), M | rm(W, V) | flags(ARITHMETIC), M | rm(W, Q), 0);
        return byRegForms(
                new long[] {0, compare, 0, SYSTEM, save, SYSTEM, SYSTEM, SYSTEM},
                new long[] {0, 0, 0, 0, 0, 0, random, seed});
    }
}
