package io.trapless.binary.x86;

import static io.trapless.binary.x86.Instruction.*;

/**
 * Computes an instruction's effects on general registers and flags from its table entry. Source: Intel SDM volume 2 and AMD APM volume 3, the "Flags affected"
 * paragraphs. Flags that a manual calls undefined are counted as written only where hardware is known to overwrite them always.
 */
final class Effects {
    // Implicit operands.
    static final int MUL = 1;
    static final int DIV = 2;
    static final int CBW = 3;
    static final int CWD = 4;
    static final int STACK = 5;
    static final int LEAVE = 6;
    static final int ENTER = 7;
    static final int MOVS = 8;
    static final int STOS = 9;
    static final int LODS = 10;
    static final int XLAT = 11;
    static final int CPUID = 12;
    static final int READS_CX_WRITES_AX_DX = 13;
    static final int WRITES_AX_DX = 14;
    static final int WRITES_AX_DX_CX = 15;
    static final int READS_AX_DX = 16;
    static final int READS_AX_CX_DX = 17;
    static final int CMPXCHG = 18;
    static final int CMPXCHG8B = 19;
    static final int COUNT_CX = 20;
    static final int CHANGES_CX = 21;
    static final int READS_DX = 22;
    static final int PCMPESTR_INDEX = 23;
    static final int PCMPISTR_INDEX = 24;
    static final int READS_DI = 25;
    static final int CHANGES_AX = 26;
    static final int READS_AX = 27;
    static final int XCHG_AX = 28;

    // Flags.
    static final int ARITHMETIC = 1;
    static final int ADC = 2;
    static final int INCREMENT = 3;
    static final int SHIFT_COUNT = 4;
    static final int SHIFT_IMMEDIATE = 5;
    static final int ROTATE_COUNT = 6;
    static final int ROTATE_IMMEDIATE = 7;
    static final int ROTATE_ONE = 8;
    static final int ROTATE_CARRY_COUNT = 9;
    static final int ROTATE_CARRY_ONE = 10;
    static final int BIT_TEST = 11;
    static final int BIT_SCAN = 12;
    static final int MULTIPLY = 13;
    static final int UNDEFINED = 14;
    static final int ZERO_ONLY = 15;
    static final int LAHF = 16;
    static final int SAHF = 17;
    static final int READS_ALL = 18;
    static final int WRITES_ALL = 19;
    static final int COMPLEMENT_CARRY = 20;
    static final int CARRY = 21;
    static final int DIRECTION = 22;
    static final int CONDITION = 23;
    static final int STRING = 24;
    static final int STRING_COMPARE = 25;
    static final int FPU_COMPARE = 26;
    static final int FPU_MOVE = 27;
    static final int ADCX = 29;
    static final int ADOX = 30;
    static final int BMI = 31;
    static final int BEXTR = 32;
    static final int LOOP_ZERO = 33;

    /** Flags read by the sixteen conditions, pairwise: o, b, e, be, s, p, l, le. */
    private static final int[] CONDITION_FLAGS = {OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF};

    private static final int AX_DX = 1 << RAX | 1 << RDX;

    private Effects() {}

    static void compute(Instruction i) {
        long op = i.op;
        if ((op & Op.UNKNOWN) != 0 || i.unknownPrefix) {
            everything(i);
            return;
        }
        i.effectsKnown = true;
        i.registersRead = (i.base >= 0 ? 1 << i.base : 0) | (i.index >= 0 ? 1 << i.index : 0);
        i.registersWritten = 0;
        i.registersModified = 0;
        i.flagsRead = 0;
        i.flagsWritten = 0;
        i.flagsModified = 0;
        int rmAccess = Op.rmAccess(op);
        if (rmAccess != 0 && ((op & Op.MODRM) == 0 || i.modRm >= 0xC0 || (op & Op.MOD_IGNORED) != 0)) {
            access(i, rmAccess, Op.rmSize(op), i.rm);
        }
        int regAccess = Op.regAccess(op);
        if (regAccess != 0) {
            access(i, regAccess, Op.regSize(op), i.reg);
        }
        int vvvvAccess = Op.vvvvAccess(op);
        if (vvvvAccess != 0) {
            access(i, vvvvAccess, Op.Y, i.vvvv);
        }
        implicit(i, Op.implicitKind(op));
        flags(i, Op.flagsKind(op));
        if (isZeroIdiom(i)) {
            i.registersRead = 0;
        }
    }

    /** xor and sub of a register with itself: the result doesn't depend on it. */
    private static boolean isZeroIdiom(Instruction i) {
        return i.map == MAP_ONE_BYTE
                && (i.opcode == 0x31 || i.opcode == 0x33 || i.opcode == 0x29 || i.opcode == 0x2B)
                && i.modRm >= 0xC0
                && i.rm == i.reg
                && i.operandSize >= 4;
    }

    private static void everything(Instruction i) {
        i.effectsKnown = false;
        i.registersRead = -1;
        i.registersWritten = 0;
        i.registersModified = -1;
        i.flagsRead = ALL_FLAGS;
        i.flagsWritten = 0;
        i.flagsModified = ALL_FLAGS;
    }

    private static void access(Instruction i, int access, int size, int register) {
        int sizeBytes = sizeBytes(i, size);
        int number = register;
        if (size == Op.B
                && register >= 4
                && register < 8
                && (i.prefixes & (PREFIX_REX | PREFIX_REX2 | PREFIX_VEX | PREFIX_EVEX)) == 0) {
            number = register - 4; // ah, ch, dh, bh
        }
        if ((access & Op.R) != 0) {
            i.registersRead |= 1 << number;
        }
        if ((access & Op.W) != 0) {
            write(i, number, sizeBytes);
        } else if (access == Op.C) {
            i.registersModified |= 1 << number;
        }
    }

    private static int sizeBytes(Instruction i, int size) {
        return switch (size) {
            case Op.B -> 1;
            case Op.H -> 2;
            case Op.D -> 4;
            case Op.Y -> (i.prefixes & PREFIX_REX_W) != 0 ? 8 : 4;
            case Op.V -> i.operandSize;
            default -> 8;
        };
    }

    private static void write(Instruction i, int register, int sizeBytes) {
        int bit = 1 << register;
        i.registersModified |= bit;
        if (sizeBytes >= 4) {
            i.registersWritten |= bit;
        } else {
            i.registersRead |= bit;
        }
    }

    private static void read(Instruction i, int registers) {
        i.registersRead |= registers;
    }

    private static void change(Instruction i, int registers) {
        i.registersRead |= registers;
        i.registersModified |= registers;
    }

    private static void set(Instruction i, int registers) {
        i.registersWritten |= registers;
        i.registersModified |= registers;
    }

    private static void implicit(Instruction i, int kind) {
        switch (kind) {
            case MUL -> {
                read(i, 1 << RAX);
                writeProduct(i);
            }
            case DIV -> {
                read(i, i.operandSize == 1 ? 1 << RAX : AX_DX);
                writeProduct(i);
            }
            case CBW -> {
                read(i, 1 << RAX);
                write(i, RAX, i.operandSize);
            }
            case CWD -> {
                read(i, 1 << RAX);
                write(i, RDX, i.operandSize);
            }
            case STACK -> {
                read(i, 1 << RSP);
                set(i, 1 << RSP);
            }
            case LEAVE -> {
                read(i, 1 << RBP);
                set(i, 1 << RSP);
                write(i, RBP, i.operandSize);
            }
            case ENTER -> change(i, 1 << RSP | 1 << RBP);
            case MOVS -> string(i, 1 << RSI | 1 << RDI);
            case STOS -> {
                read(i, 1 << RAX);
                string(i, 1 << RDI);
            }
            case LODS -> {
                string(i, 1 << RSI);
                write(i, RAX, isRepeated(i) ? 1 : i.operandSize);
            }
            case XLAT -> {
                read(i, 1 << RBX);
                change(i, 1 << RAX);
            }
            case CPUID -> {
                read(i, 1 << RAX | 1 << RCX);
                set(i, AX_DX | 1 << RCX | 1 << RBX);
            }
            case READS_CX_WRITES_AX_DX -> {
                read(i, 1 << RCX);
                set(i, AX_DX);
            }
            case WRITES_AX_DX -> set(i, AX_DX);
            case WRITES_AX_DX_CX -> set(i, AX_DX | 1 << RCX);
            case READS_AX_DX -> read(i, AX_DX);
            case READS_AX_CX_DX -> read(i, AX_DX | 1 << RCX);
            case CMPXCHG -> change(i, 1 << RAX);
            case CMPXCHG8B -> {
                read(i, 1 << RBX | 1 << RCX);
                change(i, AX_DX);
            }
            case COUNT_CX -> read(i, 1 << RCX);
            case CHANGES_CX -> change(i, 1 << RCX);
            case READS_DX -> read(i, 1 << RDX);
            case PCMPESTR_INDEX -> {
                read(i, AX_DX);
                set(i, 1 << RCX);
            }
            case PCMPISTR_INDEX -> set(i, 1 << RCX);
            case READS_DI -> read(i, 1 << RDI);
            case CHANGES_AX -> change(i, 1 << RAX);
            case READS_AX -> read(i, 1 << RAX);
            case XCHG_AX -> exchangeWithRax(i);
            default -> {}
        }
    }

    private static void writeProduct(Instruction i) {
        write(i, RAX, i.operandSize);
        if (i.operandSize > 1) {
            write(i, RDX, i.operandSize);
        }
    }

    /** 90 to 97: 90 without an extension bit is nop and clears nothing. */
    private static void exchangeWithRax(Instruction i) {
        if (i.rm == RAX) {
            i.registersRead = 0;
            i.registersWritten = 0;
            i.registersModified = 0;
            return;
        }
        read(i, 1 << RAX);
        write(i, RAX, i.operandSize);
    }

    private static boolean isRepeated(Instruction i) {
        return (i.prefixes & (PREFIX_REP | PREFIX_REPNE)) != 0;
    }

    private static void string(Instruction i, int pointers) {
        change(i, isRepeated(i) ? pointers | 1 << RCX : pointers);
    }

    private static void flags(Instruction i, int kind) {
        switch (kind) {
            case ARITHMETIC -> flags(i, 0, STATUS_FLAGS, 0);
            case ADC -> flags(i, CF, STATUS_FLAGS, 0);
            case INCREMENT -> flags(i, 0, STATUS_FLAGS & ~CF, 0);
            case SHIFT_COUNT -> flags(i, STATUS_FLAGS, 0, STATUS_FLAGS);
            case SHIFT_IMMEDIATE -> shiftByImmediate(i, STATUS_FLAGS);
            case ROTATE_COUNT -> flags(i, CF | OF, 0, CF | OF);
            case ROTATE_IMMEDIATE -> shiftByImmediate(i, CF);
            case ROTATE_ONE -> flags(i, 0, CF | OF, 0);
            case ROTATE_CARRY_COUNT -> flags(i, CF | OF, 0, CF | OF);
            case ROTATE_CARRY_ONE -> flags(i, CF, CF | OF, 0);
            case BIT_TEST -> flags(i, 0, CF, STATUS_FLAGS);
            case BIT_SCAN -> flags(i, 0, ZF, STATUS_FLAGS);
            case MULTIPLY -> flags(i, 0, CF | OF, STATUS_FLAGS);
            case UNDEFINED -> flags(i, 0, 0, STATUS_FLAGS);
            case ZERO_ONLY -> flags(i, 0, ZF, 0);
            case LAHF -> flags(i, STATUS_FLAGS & ~OF, 0, 0);
            case SAHF -> flags(i, 0, STATUS_FLAGS & ~OF, 0);
            case READS_ALL -> flags(i, ALL_FLAGS, 0, 0);
            case WRITES_ALL -> flags(i, 0, ALL_FLAGS, 0);
            case COMPLEMENT_CARRY -> flags(i, CF, CF, 0);
            case CARRY -> flags(i, 0, CF, 0);
            case DIRECTION -> flags(i, 0, DF, 0);
            case CONDITION -> flags(i, CONDITION_FLAGS[i.opcode >> 1 & 7], 0, 0);
            case STRING -> flags(i, DF, 0, 0);
            case STRING_COMPARE -> {
                if (isRepeated(i)) {
                    flags(i, ALL_FLAGS, 0, STATUS_FLAGS);
                } else {
                    flags(i, DF, STATUS_FLAGS, 0);
                }
            }
            case FPU_COMPARE -> flags(i, 0, ZF | PF | CF, STATUS_FLAGS);
            case FPU_MOVE -> flags(i, ZF | PF | CF, 0, 0);
            case ADCX -> flags(i, CF, CF, 0);
            case ADOX -> flags(i, OF, OF, 0);
            case BMI -> flags(i, 0, CF | ZF | SF | OF, STATUS_FLAGS);
            case BEXTR -> flags(i, 0, CF | ZF | OF, STATUS_FLAGS);
            case LOOP_ZERO -> flags(i, ZF, 0, 0);
            default -> {}
        }
    }

    /** {@code modified} are those that may change beside the written ones. */
    private static void flags(Instruction i, int read, int written, int modified) {
        i.flagsRead |= read;
        i.flagsWritten |= written;
        i.flagsModified |= written | modified;
    }

    /** A masked count of zero changes no flag; another one changes {@code surely} for certain and, of a rotation, OF too. */
    private static void shiftByImmediate(Instruction i, int surely) {
        int count = (int) i.immediate & (i.operandSize == 8 ? 63 : 31);
        if (count == 0) {
            return;
        }
        if (surely == CF) {
            flags(i, 0, CF, OF);
        } else {
            flags(i, 0, surely, 0);
        }
    }
}
