package io.trapless.binary.x86;

import java.util.Arrays;

/**
 * What the tables say of one opcode, packed into a long. Zero means: no such instruction.
 *
 * <pre>
 *   bits   0-3   kind of immediate
 *   bit    4     a ModRM byte follows
 *   bit    5     the low three bits of the opcode are a register, in the place of ModRM.rm
 *   bits   6-7   this entry only points to others: how one of them is selected
 *   bits   8-13  ModRM.rm as a general register: access, size     | index into the pool, for entries that select
 *   bits  14-19  ModRM.reg as a general register: access, size    |
 *   bits  20-21  VEX.vvvv as a general register: access
 *   bits  22-27  implicit operands, see {@link Effects}
 *   bits  28-33  flags, see {@link Effects}
 *   bits  34-37  {@link Flow}
 *   bits  38-39  ModRM must name memory, or a register
 *   bit   40     effects are not described
 *   bit   41     the index register is a vector
 *   bit   42     valid
 *   bits  43-46  mandatory prefixes that are permitted: none, 66, F3, F2; all bits clear: the opcode has none
 *   bit   47     64 bits are the default operand size
 *   bit   48     rax stands in the place of ModRM.rm
 *   bit   49     ModRM.mod is not looked at: a register
 * </pre>
 */
final class Op {
    static final int NO_IMMEDIATE = 0;
    /** 1 byte. */
    static final int IB = 1;
    /** 2 bytes. */
    static final int IW = 2;
    /** 2 or 4 bytes, by operand size. */
    static final int IZ = 3;
    /** 2, 4 or 8 bytes, by operand size. */
    static final int IV = 4;
    /** 2 bytes and 1 byte: enter. */
    static final int IWB = 5;
    /** An address, by address size. */
    static final int MOFFS = 6;
    /** A branch displacement. */
    static final int REL8 = 7;
    /** A branch displacement of 4 bytes. */
    static final int REL32 = 8;
    /** 4 bytes. */
    static final int ID = 9;
    /** 1 byte and 1 byte: extrq, insertq. */
    static final int IBB = 10;

    static final long MODRM = 1L << 4;
    static final long OPCODE_REGISTER = 1L << 5;

    static final int SELECT_SHIFT = 6;
    static final long SELECT_MASK = 3L << SELECT_SHIFT;
    /** By ModRM.reg: entries 0 to 7 for memory, 8 to 15 for a register. */
    static final long SELECT_REG = 1L << SELECT_SHIFT;
    /** By mandatory prefix: none, 66, F3, F2. */
    static final long SELECT_PREFIX = 2L << SELECT_SHIFT;
    /** By ModRM: entries 0 to 7 by reg for memory, 8 to 71 by the low six bits for a register. */
    static final long SELECT_MODRM = 3L << SELECT_SHIFT;

    /** Access of a register operand. */
    static final int R = 1;

    static final int W = 2;
    static final int RW = 3;
    /** Read, and sometimes written. */
    static final int C = 5;

    /** Size of a register operand: 1, 2 and 4 bytes. */
    static final int B = 1;

    static final int H = 2;
    static final int D = 3;
    /** 4 or 8 bytes, by W; 66 has no say. */
    static final int Y = 4;
    /** 2, 4 or 8 bytes. */
    static final int V = 5;
    /** 8 bytes. */
    static final int Q = 6;

    static final long MEMORY_ONLY = 1L << 38;
    static final long REGISTER_ONLY = 2L << 38;
    static final long UNKNOWN = 1L << 40;
    static final long VSIB = 1L << 41;
    static final long VALID = 1L << 42;
    static final int PREFIX_SHIFT = 43;
    static final long DEFAULT_64 = 1L << 47;
    static final long ACCUMULATOR = 1L << 48;
    static final long MOD_IGNORED = 1L << 49;

    /** An instruction with a ModRM byte and without effect on general registers and flags, but for the registers of its address. */
    static final long M = VALID | MODRM;

    private static long[] pool = new long[1024];
    private static int poolSize;

    private Op() {}

    static int immediateKind(long op) {
        return (int) op & 15;
    }

    static long rm(int access, int size) {
        return (long) (access | size << 3) << 8;
    }

    static long reg(int access, int size) {
        return (long) (access | size << 3) << 14;
    }

    static long vvvv(int access) {
        return (long) access << 20;
    }

    static long implicit(int kind) {
        return (long) kind << 22;
    }

    static long flags(int kind) {
        return (long) kind << 28;
    }

    /** The ordinal never leaves this process, so the order of the constants is free. */
    @SuppressWarnings("EnumOrdinal")
    static long flow(Flow flow) {
        return (long) flow.ordinal() << 34;
    }

    /** {@code mask}: 1 none, 2 for 66, 4 for F3, 8 for F2. */
    static long prefixes(int mask) {
        return (long) mask << PREFIX_SHIFT;
    }

    static int rmAccess(long op) {
        return (int) (op >>> 8) & 7;
    }

    static int rmSize(long op) {
        return (int) (op >>> 11) & 7;
    }

    static int regAccess(long op) {
        return (int) (op >>> 14) & 7;
    }

    static int regSize(long op) {
        return (int) (op >>> 17) & 7;
    }

    static int vvvvAccess(long op) {
        return (int) (op >>> 20) & 3;
    }

    static int implicitKind(long op) {
        return (int) (op >>> 22) & 63;
    }

    static int flagsKind(long op) {
        return (int) (op >>> 28) & 63;
    }

    static int flowOrdinal(long op) {
        return (int) (op >>> 34) & 15;
    }

    static int prefixMask(long op) {
        return (int) (op >>> PREFIX_SHIFT) & 15;
    }

    /** The entry of the pool that a selecting entry points to, moved on by {@code choice}. */
    static long selected(long op, int choice) {
        return pool[((int) (op >>> 8) & 0xFFFF) + choice];
    }

    /** Selects by ModRM.reg, the same for memory and register. */
    static long byReg(long... eight) {
        return byRegForms(eight, eight);
    }

    /** Selects by ModRM.reg, with one list for memory and one for registers. */
    static long byRegForms(long[] memory, long[] register) {
        long op = VALID | MODRM | SELECT_REG | append(memory);
        append(register);
        return op;
    }

    static long byPrefix(long none, long with66, long withF3, long withF2) {
        return VALID | SELECT_PREFIX | append(none, with66, withF3, withF2);
    }

    /** Selects by ModRM.reg for memory (8 entries) and by ModRM's low six bits for registers (64 entries). */
    static long byModRm(long[] memory, long[] register) {
        long op = VALID | MODRM | SELECT_MODRM | append(memory);
        append(register);
        return op;
    }

    private static long append(long... entries) {
        int at = poolSize;
        if (at + entries.length > pool.length) {
            pool = Arrays.copyOf(pool, 2 * pool.length);
        }
        System.arraycopy(entries, 0, pool, at, entries.length);
        poolSize += entries.length;
        return (long) at << 8;
    }

    /** Sets the opcodes from {@code first} to {@code last}. */
    static void fill(long[] table, int first, int last, long op) {
        Arrays.fill(table, first, last + 1, op);
    }

    /** Adds to the entries of single opcodes. */
    static void add(long[] table, long bits, int... opcodes) {
        for (int opcode : opcodes) {
            table[opcode] |= bits;
        }
    }

    /**
     * Vector instructions: one character an opcode, 16 a line; a hexadecimal digit with the permitted mandatory prefixes (1 none, 2 for 66, 4 for F3, 8 for F2), or a dot
     * where there is none.
     */
    static void vectors(long[] table, String grid, long bits) {
        int opcode = 0;
        for (int i = 0; i < grid.length(); i++) {
            char c = grid.charAt(i);
            if (c > ' ') {
                if (c != '.') {
                    table[opcode] = M | prefixes(Character.digit(c, 16)) | bits;
                }
                opcode++;
            }
        }
    }
}
