package io.trapless.binary.x86;

import static io.trapless.binary.x86.Effects.*;
import static io.trapless.binary.x86.Op.*;

/** The one-byte opcodes of 64-bit mode (Intel SDM volume 2, table A-2, and groups 1 to 5 and 11 of table A-6). Prefixes and escapes are the decoder's. */
final class OneByteMap {
    static final long[] TABLE = new long[256];

    private static final long TRAPS = VALID | UNKNOWN | flow(Flow.TRAP);

    static {
        arithmetic();
        stackAndMoves();
        shifts();
        branches();
        strings();
        groups();
        FpuMap.fill(TABLE);
    }

    private OneByteMap() {}

    private static void arithmetic() {
        int[] flags = {ARITHMETIC, ARITHMETIC, ADC, ADC, ARITHMETIC, ARITHMETIC, ARITHMETIC, ARITHMETIC};
        for (int i = 0; i < 8; i++) {
            int destination = i == 7 ? R : RW; // cmp
            long f = flags(flags[i]);
            int first = i << 3;
            TABLE[first] = M | rm(destination, B) | reg(R, B) | f;
            TABLE[first + 1] = M | rm(destination, V) | reg(R, V) | f;
            TABLE[first + 2] = M | rm(R, B) | reg(destination, B) | f;
            TABLE[first + 3] = M | rm(R, V) | reg(destination, V) | f;
            TABLE[first + 4] = VALID | ACCUMULATOR | IB | rm(destination, B) | f;
            TABLE[first + 5] = VALID | ACCUMULATOR | IZ | rm(destination, V) | f;
        }
        TABLE[0x69] = M | IZ | rm(R, V) | reg(W, V) | flags(MULTIPLY);
        TABLE[0x6B] = M | IB | rm(R, V) | reg(W, V) | flags(MULTIPLY);
        TABLE[0x84] = M | rm(R, B) | reg(R, B) | flags(ARITHMETIC);
        TABLE[0x85] = M | rm(R, V) | reg(R, V) | flags(ARITHMETIC);
        TABLE[0x98] = VALID | rm(0, V) | implicit(CBW);
        TABLE[0x99] = VALID | rm(0, V) | implicit(CWD);
        TABLE[0xA8] = VALID | ACCUMULATOR | IB | rm(R, B) | flags(ARITHMETIC);
        TABLE[0xA9] = VALID | ACCUMULATOR | IZ | rm(R, V) | flags(ARITHMETIC);
        TABLE[0xF5] = VALID | flags(COMPLEMENT_CARRY);
        TABLE[0xF8] = VALID | flags(CARRY);
        TABLE[0xF9] = VALID | flags(CARRY);
        TABLE[0xFA] = VALID | UNKNOWN; // cli
        TABLE[0xFB] = VALID | UNKNOWN; // sti
        TABLE[0xFC] = VALID | flags(Effects.DIRECTION);
        TABLE[0xFD] = VALID | flags(Effects.DIRECTION);
    }

    private static void stackAndMoves() {
        fill(TABLE, 0x50, 0x57, VALID | OPCODE_REGISTER | DEFAULT_64 | rm(R, V) | implicit(STACK));
        fill(TABLE, 0x58, 0x5F, VALID | OPCODE_REGISTER | DEFAULT_64 | rm(W, V) | implicit(STACK));
        TABLE[0x63] = M | rm(R, D) | reg(W, V);
        TABLE[0x68] = VALID | DEFAULT_64 | IZ | implicit(STACK);
        TABLE[0x6A] = VALID | DEFAULT_64 | IB | implicit(STACK);
        TABLE[0x86] = M | rm(RW, B) | reg(RW, B);
        TABLE[0x87] = M | rm(RW, V) | reg(RW, V);
        TABLE[0x88] = M | rm(W, B) | reg(R, B);
        TABLE[0x89] = M | rm(W, V) | reg(R, V);
        TABLE[0x8A] = M | rm(R, B) | reg(W, B);
        TABLE[0x8B] = M | rm(R, V) | reg(W, V);
        TABLE[0x8C] = M | rm(W, V); // mov from a segment register
        TABLE[0x8D] = M | MEMORY_ONLY | reg(W, V); // lea
        TABLE[0x8E] = M | rm(R, H) | UNKNOWN; // mov to a segment register
        fill(TABLE, 0x90, 0x97, VALID | OPCODE_REGISTER | rm(RW, V) | implicit(XCHG_AX));
        TABLE[0x9B] = VALID; // fwait
        TABLE[0x9C] = VALID | DEFAULT_64 | implicit(STACK) | flags(READS_ALL);
        TABLE[0x9D] = VALID | DEFAULT_64 | implicit(STACK) | flags(WRITES_ALL);
        TABLE[0x9E] = VALID | implicit(Effects.READS_AX) | flags(Effects.SAHF);
        TABLE[0x9F] = VALID | implicit(CHANGES_AX) | flags(Effects.LAHF);
        TABLE[0xA0] = VALID | ACCUMULATOR | MOFFS | rm(W, B);
        TABLE[0xA1] = VALID | ACCUMULATOR | MOFFS | rm(W, V);
        TABLE[0xA2] = VALID | ACCUMULATOR | MOFFS | rm(R, B);
        TABLE[0xA3] = VALID | ACCUMULATOR | MOFFS | rm(R, V);
        fill(TABLE, 0xB0, 0xB7, VALID | OPCODE_REGISTER | IB | rm(W, B));
        fill(TABLE, 0xB8, 0xBF, VALID | OPCODE_REGISTER | IV | rm(W, V));
        TABLE[0xC8] = VALID | DEFAULT_64 | IWB | implicit(Effects.ENTER);
        TABLE[0xC9] = VALID | DEFAULT_64 | rm(0, V) | implicit(Effects.LEAVE);
        TABLE[0xD7] = VALID | implicit(XLAT);
    }

    private static void shifts() {
        TABLE[0xC0] = shiftGroup(B, IB, R, 0);
        TABLE[0xC1] = shiftGroup(V, IB, R, 0);
        TABLE[0xD0] = shiftGroup(B, 0, 0, 1);
        TABLE[0xD1] = shiftGroup(V, 0, 0, 1);
        TABLE[0xD2] = shiftGroup(B, 0, 0, 0);
        TABLE[0xD3] = shiftGroup(V, 0, 0, 0);
    }

    private static long shiftGroup(int size, int immediate, int byImmediate, int byOne) {
        int rotate = byImmediate != 0 ? ROTATE_IMMEDIATE : byOne != 0 ? ROTATE_ONE : ROTATE_COUNT;
        int rotateCarry = byOne != 0 ? ROTATE_CARRY_ONE : ROTATE_CARRY_COUNT;
        int shift = byImmediate != 0 ? SHIFT_IMMEDIATE : byOne != 0 ? ARITHMETIC : SHIFT_COUNT;
        long op = M | immediate | rm(RW, size) | (byImmediate == 0 && byOne == 0 ? implicit(COUNT_CX) : 0);
        long r = op | flags(rotate);
        long c = op | flags(rotateCarry);
        long s = op | flags(shift);
        return byReg(r, r, c, c, s, s, s, s);
    }

    private static void branches() {
        fill(TABLE, 0x70, 0x7F, VALID | REL8 | DEFAULT_64 | flow(Flow.CONDITIONAL_JUMP) | flags(Effects.CONDITION));
        TABLE[0xC2] = VALID | DEFAULT_64 | IW | flow(Flow.RETURN) | implicit(STACK);
        TABLE[0xC3] = VALID | DEFAULT_64 | flow(Flow.RETURN) | implicit(STACK);
        TABLE[0xCA] = VALID | UNKNOWN | IW | flow(Flow.FAR);
        TABLE[0xCB] = VALID | UNKNOWN | flow(Flow.FAR);
        TABLE[0xCC] = TRAPS;
        TABLE[0xCD] = TRAPS | IB;
        TABLE[0xCF] = VALID | UNKNOWN | flow(Flow.RETURN);
        long loop = VALID | REL8 | DEFAULT_64 | flow(Flow.LOOP);
        TABLE[0xE0] = loop | implicit(CHANGES_CX) | flags(LOOP_ZERO);
        TABLE[0xE1] = loop | implicit(CHANGES_CX) | flags(LOOP_ZERO);
        TABLE[0xE2] = loop | implicit(CHANGES_CX);
        TABLE[0xE3] = loop | implicit(COUNT_CX);
        TABLE[0xE8] = VALID | REL32 | DEFAULT_64 | flow(Flow.CALL) | implicit(STACK);
        TABLE[0xE9] = VALID | REL32 | DEFAULT_64 | flow(Flow.JUMP);
        TABLE[0xEB] = VALID | REL8 | DEFAULT_64 | flow(Flow.JUMP);
        TABLE[0xF1] = TRAPS;
        TABLE[0xF4] = TRAPS;
    }

    private static void strings() {
        long ports = VALID | UNKNOWN;
        fill(TABLE, 0x6C, 0x6F, ports);
        fill(TABLE, 0xE4, 0xE7, ports | IB);
        fill(TABLE, 0xEC, 0xEF, ports);
        TABLE[0xA4] = VALID | rm(0, B) | implicit(MOVS) | flags(Effects.STRING);
        TABLE[0xA5] = VALID | rm(0, V) | implicit(MOVS) | flags(Effects.STRING);
        TABLE[0xA6] = VALID | rm(0, B) | implicit(MOVS) | flags(STRING_COMPARE); // cmps
        TABLE[0xA7] = VALID | rm(0, V) | implicit(MOVS) | flags(STRING_COMPARE);
        TABLE[0xAA] = VALID | rm(0, B) | implicit(STOS) | flags(Effects.STRING);
        TABLE[0xAB] = VALID | rm(0, V) | implicit(STOS) | flags(Effects.STRING);
        TABLE[0xAC] = VALID | rm(0, B) | implicit(LODS) | flags(Effects.STRING);
        TABLE[0xAD] = VALID | rm(0, V) | implicit(LODS) | flags(Effects.STRING);
        TABLE[0xAE] = VALID | rm(0, B) | implicit(STOS) | flags(STRING_COMPARE);
        TABLE[0xAF] = VALID | rm(0, V) | implicit(STOS) | flags(STRING_COMPARE);
    }

    private static void groups() {
        TABLE[0x80] = arithmeticGroup(B, IB);
        TABLE[0x81] = arithmeticGroup(V, IZ);
        TABLE[0x83] = arithmeticGroup(V, IB);
        TABLE[0x8F] = byReg(M | DEFAULT_64 | rm(W, V) | implicit(STACK), 0, 0, 0, 0, 0, 0, 0);
        TABLE[0xC6] = moveGroup(B, IB, M | UNKNOWN | IB | flow(Flow.TRAP));
        TABLE[0xC7] = moveGroup(V, IZ, M | UNKNOWN | IZ | flow(Flow.XBEGIN));
        TABLE[0xF6] = unaryGroup(B, IB);
        TABLE[0xF7] = unaryGroup(V, IZ);
        long step = rm(RW, B) | flags(Effects.INCREMENT);
        TABLE[0xFE] = byReg(M | step, M | step, 0, 0, 0, 0, 0, 0);
        step = M | rm(RW, V) | flags(Effects.INCREMENT);
        long call = M | DEFAULT_64 | rm(R, Q) | flow(Flow.INDIRECT_CALL) | implicit(STACK);
        long jump = M | DEFAULT_64 | rm(R, Q) | flow(Flow.INDIRECT_JUMP);
        long far = M | UNKNOWN | MEMORY_ONLY | flow(Flow.FAR);
        long push = M | DEFAULT_64 | rm(R, V) | implicit(STACK);
        TABLE[0xFF] = byReg(step, step, call, far, jump, far, push, 0);
    }

    private static long arithmeticGroup(int size, int immediate) {
        long op = M | immediate | rm(RW, size);
        long plain = op | flags(ARITHMETIC);
        long carry = op | flags(ADC);
        long compare = M | immediate | rm(R, size) | flags(ARITHMETIC);
        return byReg(plain, plain, carry, carry, plain, plain, plain, compare);
    }

    /** C6 and C7: mov, and for F8 in ModRM's place xabort and xbegin. */
    private static long moveGroup(int size, int immediate, long transaction) {
        long move = M | immediate | rm(W, size);
        long[] register = new long[64];
        java.util.Arrays.fill(register, 0, 8, move);
        register[0x38] = transaction;
        return byModRm(new long[] {move, 0, 0, 0, 0, 0, 0, 0}, register);
    }

    private static long unaryGroup(int size, int immediate) {
        long test = M | immediate | rm(R, size) | flags(ARITHMETIC);
        long not = M | rm(RW, size);
        long mul = M | rm(R, size) | implicit(MUL) | flags(MULTIPLY);
        long div = M | rm(R, size) | implicit(DIV) | flags(UNDEFINED);
        return byReg(test, test, not, not | flags(ARITHMETIC), mul, mul, div, div);
    }
}
