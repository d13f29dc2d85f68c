package io.trapless.binary.x86;

/**
 * One decoded instruction: a flyweight that {@link Decoder#decode} fills again and again. Not for more than one thread, and only meaningful after a decode
 * that returned true. It keeps the array it was decoded from: {@link #copyBytes} and {@link #toString} see the array's present content, nothing else does.
 *
 * <p>Register sets have bit n for general register n: 0 = rax, 1 = rcx, 2 = rdx, 3 = rbx, 4 = rsp, 5 = rbp, 6 = rsi, 7 = rdi, 8 to 15 = r8 to r15, 16 to 31 = r16 to
 * r31 (APX). A part of a register ({@code ah}, {@code eax}) counts as the register. Vector, mask, x87, tile, segment and control registers are not described.
 *
 * <p>Effects lean to the safe side: a register or flag that is only changed in part, or only sometimes, is in the <i>read</i> and in the <i>modified</i> set, not in
 * the <i>written</i> one. Exceptions and interrupts are not effects.
 */
public final class Instruction {
    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;

    /** No register: the value of {@link #baseRegister} and {@link #indexRegister} where there is none. */
    public static final int NO_REGISTER = -1;

    /** Bits of the flag sets: their places in RFLAGS. */
    public static final int CF = 1;

    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    public static final int STATUS_FLAGS = CF | PF | AF | ZF | SF | OF;
    public static final int ALL_FLAGS = STATUS_FLAGS | DF;

    /** Bits of {@link #prefixes}. REP and REPNE are set wherever F3 and F2 stand, mandatory prefixes and the implied ones of VEX, EVEX and XOP included. */
    public static final int PREFIX_REP = 1;

    public static final int PREFIX_REPNE = 1 << 1;
    public static final int PREFIX_LOCK = 1 << 2;
    /** 66, mandatory and VEX-implied ones included. */
    public static final int PREFIX_OPERAND_SIZE = 1 << 3;
    /** 67. */
    public static final int PREFIX_ADDRESS_SIZE = 1 << 4;
    /** A REX prefix that counts: one right before the opcode. */
    public static final int PREFIX_REX = 1 << 5;

    public static final int PREFIX_REX_W = 1 << 6;
    public static final int PREFIX_REX_R = 1 << 7;
    public static final int PREFIX_REX_X = 1 << 8;
    public static final int PREFIX_REX_B = 1 << 9;
    public static final int PREFIX_VEX = 1 << 10;
    public static final int PREFIX_EVEX = 1 << 11;
    public static final int PREFIX_XOP = 1 << 12;
    public static final int PREFIX_REX2 = 1 << 13;
    /** Any segment override, also one without meaning in 64-bit mode (2E, 36, 3E, 26), and a branch hint or notrack. */
    public static final int PREFIX_SEGMENT = 1 << 14;

    /** Values of {@link #opcodeMap}; 4 to 7 are EVEX and VEX maps, 8 to 10 are XOP's. */
    public static final int MAP_ONE_BYTE = 0;

    public static final int MAP_0F = 1;
    public static final int MAP_0F38 = 2;
    public static final int MAP_0F3A = 3;
    public static final int MAP_3DNOW = 15;

    byte[] code = new byte[0];
    int start;
    long address;
    int length;
    DecodeError error = DecodeError.NONE;

    int prefixes;
    int map;
    int opcode;
    /** ModRM byte, or -1. */
    int modRm;
    /** The reg, rm (or opcode) and vvvv fields with their extension bits. */
    int reg;

    int rm;
    int vvvv;
    /** Which mandatory prefix: 0 none, 1 for 66, 2 for F3, 3 for F2. */
    int mandatory;

    /** What the prefixes add to the reg field, the index field, and the rm, base or opcode field. */
    int extensionR;

    int extensionX;
    int extensionB;
    /** A prefix of which the effects are not described. */
    boolean unknownPrefix;

    Segment segment = Segment.NONE;
    int base;
    int index;
    boolean vectorIndex;
    boolean ripRelative;
    int scale;
    int displacementOffset;
    int displacementSize;
    long displacement;
    int immediateOffset;
    int immediateSize;
    long immediate;
    int operandSize;
    int addressSize;
    boolean ambiguous;
    Flow flow = Flow.NEXT;
    /** What the tables say of the opcode: see {@link Op}. */
    long op;

    private boolean effectsDone;
    boolean effectsKnown;
    int registersRead;
    int registersWritten;
    int registersModified;
    int flagsRead;
    int flagsWritten;
    int flagsModified;

    /** Address of the first byte. */
    public long address() {
        return address;
    }

    /** Bytes, 1 to 15. */
    public int length() {
        return length;
    }

    /** Address of the byte after the instruction. */
    public long nextAddress() {
        return address + length;
    }

    /** Why the last decode returned false; {@link DecodeError#NONE} after one that returned true. */
    public DecodeError error() {
        return error;
    }

    public Flow flow() {
        return flow;
    }

    /** True for branches whose destination stands in the instruction as a displacement: {@link #target} is then meaningful. */
    public boolean hasTarget() {
        return switch (flow) {
            case JUMP, CONDITIONAL_JUMP, LOOP, CALL, XBEGIN -> true;
            default -> false;
        };
    }

    /** Destination of a direct branch. */
    public long target() {
        return nextAddress() + immediate;
    }

    /** Offset from the instruction's start of the displacement of a direct branch. */
    public int branchOffset() {
        return immediateOffset;
    }

    /** Bytes of the displacement of a direct branch: 1 or 4; 0 if this is none. */
    public int branchSize() {
        return hasTarget() ? immediateSize : 0;
    }

    public boolean hasModRm() {
        return modRm >= 0;
    }

    /** True for an explicit memory operand (ModRM or absolute 64-bit offset), also of an instruction that doesn't touch it, like lea or a long nop. */
    public boolean hasMemoryOperand() {
        return modRm >= 0 ? modRm < 0xC0 : Op.immediateKind(op) == Op.MOFFS;
    }

    /** Base register of the memory operand, or {@link #NO_REGISTER}; rip is no register here. */
    public int baseRegister() {
        return base;
    }

    /** True if the index is a vector register (gather, scatter). */
    public boolean hasVectorIndex() {
        return vectorIndex;
    }

    /** General register that is the index of the memory operand, or {@link #NO_REGISTER}, also where the index is a vector register. */
    public int indexRegister() {
        return index;
    }

    /** 1, 2, 4 or 8; 1 without an index. */
    public int scale() {
        return scale;
    }

    /** Displacement of the memory operand, sign-extended; EVEX's compressed 8-bit displacement is not multiplied. The absolute address for the 64-bit offset form. */
    public long displacement() {
        return displacement;
    }

    /** Offset from the instruction's start of the memory operand's displacement; 0 if there is none. */
    public int displacementOffset() {
        return displacementOffset;
    }

    /** 0, 1, 4, or 8 (absolute 64-bit offset; 4 of it with a 67 prefix). */
    public int displacementSize() {
        return displacementSize;
    }

    public Segment segment() {
        return segment;
    }

    public boolean isRipRelative() {
        return ripRelative;
    }

    /** The address that a RIP-relative memory operand names (cut to 32 bits with a 67 prefix); the segment base, if any, is not added. */
    public long ripTarget() {
        long target = nextAddress() + displacement;
        return addressSize == 4 ? target & 0xFFFF_FFFFL : target;
    }

    /** Offset from the instruction's start of the immediate, a branch displacement included; 0 if there is none. */
    public int immediateOffset() {
        return immediateOffset;
    }

    /** 0, 1, 2, 3 (enter), 4 or 8; the byte that names a register in some VEX instructions and the opcode byte of 3DNow! count as immediates. */
    public int immediateSize() {
        return immediateSize;
    }

    /** The immediate, sign-extended from its size (3 bytes of enter: unsigned, as they stand). */
    public long immediate() {
        return immediate;
    }

    /** Bytes of the operand: 1, 2, 4 or 8 for integer instructions. Meaningless where the operand is a vector. */
    public int operandSize() {
        return operandSize;
    }

    /** 8, or 4 with a 67 prefix. */
    public int addressSize() {
        return addressSize;
    }

    /** One of the {@code MAP_} constants, or the number in the VEX, EVEX or XOP prefix. */
    public int opcodeMap() {
        return map;
    }

    /** The opcode byte in its map; for 3DNow! the suffix byte. */
    public int opcode() {
        return opcode;
    }

    /** The prefixes seen, as {@code PREFIX_} bits; REX bits are set as well from VEX, EVEX, XOP and REX2. */
    public int prefixes() {
        return prefixes;
    }

    /** The ModRM byte, or -1. */
    public int modRm() {
        return modRm;
    }

    /** ModRM.reg with its extension bits: a register number, or for opcode groups (low three bits) the instruction's number. */
    public int regField() {
        return reg;
    }

    /** ModRM.rm with its extension bits, where it is a register; for opcodes that hold a register, that register. */
    public int rmField() {
        return rm;
    }

    /** True if processors disagree about these bytes (66 before a near branch: AMD takes 16 bits of displacement, Intel 32). The length is Intel's. Refuse to touch it. */
    public boolean isAmbiguous() {
        return ambiguous;
    }

    /** Registers of which any part matters to the instruction, or which keep a part of their old value. */
    public int registersRead() {
        effects();
        return registersRead;
    }

    /** Registers of which all 64 bits are surely overwritten. */
    public int registersWritten() {
        effects();
        return registersWritten;
    }

    /** Every register that may change. */
    public int registersModified() {
        effects();
        return registersModified;
    }

    /** Flags that matter to the instruction, or that it changes only sometimes. */
    public int flagsRead() {
        effects();
        return flagsRead;
    }

    /** Flags that are surely overwritten, or left undefined by the architecture on hardware that does overwrite them. */
    public int flagsWritten() {
        effects();
        return flagsWritten;
    }

    /** Every flag that may change. */
    public int flagsModified() {
        effects();
        return flagsModified;
    }

    /** False: nothing is known of the effects, and the instruction must be taken to read everything and to change everything. */
    public boolean effectsKnown() {
        effects();
        return effectsKnown;
    }

    /** Whether it is that of an opcode of one byte, whatever its prefixes. */
    public boolean isOneByte(int anOpcode) {
        return map == MAP_ONE_BYTE && opcode == anOpcode;
    }

    /** Any instruction without effect: 90, the multi-byte nop 0F 1F and prefixed forms. Not pause, not endbr64, not a hint of the 0F 18 to 0F 1E space. */
    public boolean isNop() {
        if (isOneByte(0x90) && (prefixes & (PREFIX_REX_B | PREFIX_REP | PREFIX_LOCK)) == 0) {
            return true;
        }
        return map == MAP_0F && opcode == 0x1F && (prefixes & (PREFIX_VEX | PREFIX_EVEX | PREFIX_LOCK)) == 0;
    }

    public boolean isEndbr64() {
        return map == MAP_0F && opcode == 0x1E && modRm == 0xFA && (prefixes & PREFIX_REP) != 0;
    }

    /** What stands between functions: nops and int3. (Two-register moves of a register to itself are not counted.) */
    public boolean isPadding() {
        return isNop() || isOneByte(0xCC);
    }

    /** Whether control can go on to the next instruction; after a call: when it returns. */
    public boolean continues() {
        return switch (flow()) {
            case JUMP, INDIRECT_JUMP, RETURN, TRAP, FAR -> false;
            default -> true;
        };
    }

    /** Copies the instruction's bytes to {@code destination} from {@code at} on. */
    public void copyBytes(byte[] destination, int at) {
        System.arraycopy(code, start, destination, at, length);
    }

    /** Offset in the decoded array of the instruction's first byte. */
    public int offset() {
        return start;
    }

    /** Address and bytes, for messages and failing tests. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(Long.toHexString(address)).append(':');
        for (int i = start; i < start + length; i++) {
            text.append(' ')
                    .append(Character.forDigit(code[i] >> 4 & 15, 16))
                    .append(Character.forDigit(code[i] & 15, 16));
        }
        return text.toString();
    }

    private void effects() {
        if (!effectsDone) {
            Effects.compute(this);
            effectsDone = true;
        }
    }

    /** Forgets the last instruction. */
    void reset(byte[] array, int offset, long at) {
        code = array;
        start = offset;
        address = at;
        length = 0;
        error = DecodeError.NONE;
        prefixes = 0;
        map = MAP_ONE_BYTE;
        opcode = 0;
        modRm = -1;
        reg = 0;
        rm = 0;
        vvvv = 0;
        mandatory = 0;
        extensionR = 0;
        extensionX = 0;
        extensionB = 0;
        unknownPrefix = false;
        segment = Segment.NONE;
        base = NO_REGISTER;
        index = NO_REGISTER;
        vectorIndex = false;
        ripRelative = false;
        scale = 1;
        displacementOffset = 0;
        displacementSize = 0;
        displacement = 0;
        immediateOffset = 0;
        immediateSize = 0;
        immediate = 0;
        ambiguous = false;
        flow = Flow.NEXT;
        op = 0;
        effectsDone = false;
    }
}
