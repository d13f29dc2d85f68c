package io.trapless.binary.x86;

import java.util.Arrays;

/**
 * Which registers and flags hold nothing that the program will look at: code inserted at an address may clobber them without saving.
 *
 * <p>A bounded walk forward from the address over every path, direct jumps and both sides of conditional ones included. A register is dead if each path overwrites all 64 bits of
 * it before reading any. A path that reaches a call, a return, an indirect jump, a system call, a trap, unknown effects, bytes that are no instruction, the end of the buffer, or the
 * limit on instructions is taken to read everything that is still undecided. So a loop that neither reads nor overwrites a register leaves it alive.
 *
 * <p>Only registers that the System V ABI lets a call clobber are ever reported: an instruction that faults may unwind to a handler, which sees the others. The bytes must be
 * those that the program would execute unpatched. Debuggers, and probes further on that capture a register, do see the clobbered value.
 */
public final class Liveness {
    /** rax, rcx, rdx, rsi, rdi, r8 to r11. */
    public static final int CALL_CLOBBERED = 0x0FC7;

    private Liveness() {}

    /**
     * True if the six status flags (CF, PF, AF, ZF, SF, OF; not the direction flag) are dead before the instruction at {@code text[offset]}.
     *
     * @param limit end of the buffer, exclusive; paths are followed inside [0, limit)
     * @param address of {@code text[offset]}
     * @param maxInstructions the most that all paths together may have; 1 or more
     */
    public static boolean flagsDeadAt(byte[] text, int offset, int limit, long address, int maxInstructions) {
        return (deadAt(text, offset, limit, address, maxInstructions) >>> 32 & Instruction.STATUS_FLAGS)
                == Instruction.STATUS_FLAGS;
    }

    /** The set of registers that are dead before the instruction at {@code text[offset]}, a subset of {@link #CALL_CLOBBERED}; parameters as in {@link #flagsDeadAt}. */
    public static int registersDeadAt(byte[] text, int offset, int limit, long address, int maxInstructions) {
        return (int) deadAt(text, offset, limit, address, maxInstructions);
    }

    /** Both answers of one walk: dead registers in the low half, dead status flags in the high half. */
    public static long deadAt(byte[] text, int offset, int limit, long address, int maxInstructions) {
        Walk walk = new Walk(text, limit, address - offset, maxInstructions);
        walk.run(offset);
        return ((long) Instruction.STATUS_FLAGS << 32 | CALL_CLOBBERED) & ~walk.live;
    }

    /** One question's state. A set is a long: registers in the low half, flags in the high half. */
    private static final class Walk {
        private final byte[] text;
        private final int limit;
        private final long base;
        private final Instruction instruction = new Instruction();
        private int budget;
        /** What some path reads before overwriting it. Only grows. */
        private long live;

        /** Other sides of conditional jumps: where to go on, and what was undecided there. */
        private int[] pendingOffsets = new int[8];

        private long[] pendingUndecided = new long[8];
        private int pendingCount;

        Walk(byte[] text, int limit, long base, int maxInstructions) {
            this.text = text;
            this.limit = limit;
            this.base = base;
            this.budget = maxInstructions;
        }

        void run(int offset) {
            push(offset, (long) Instruction.STATUS_FLAGS << 32 | CALL_CLOBBERED);
            while (pendingCount > 0) {
                pendingCount--;
                follow(pendingOffsets[pendingCount], pendingUndecided[pendingCount]);
            }
        }

        /** Follows one path until nothing is undecided on it. */
        private void follow(int from, long undecidedThere) {
            long at = from;
            long undecided = undecidedThere & ~live;
            while (undecided != 0) {
                if (at < 0
                        || at >= limit
                        || budget-- <= 0
                        || !Decoder.decode(text, (int) at, limit, base + at, instruction)) {
                    live |= undecided;
                    return;
                }
                if (instruction.isAmbiguous() || !instruction.effectsKnown()) {
                    live |= undecided;
                    return;
                }
                live |= undecided & set(instruction.registersRead(), instruction.flagsRead());
                undecided &= ~live;
                undecided &= ~set(instruction.registersWritten(), instruction.flagsWritten());
                switch (instruction.flow()) {
                    case NEXT -> at += instruction.length();
                    case JUMP -> at = instruction.target() - base;
                    case CONDITIONAL_JUMP, LOOP -> {
                        long target = instruction.target() - base;
                        if (target < 0 || target >= limit) {
                            live |= undecided;
                            return;
                        }
                        push((int) target, undecided);
                        at += instruction.length();
                    }
                    default -> {
                        live |= undecided;
                        return;
                    }
                }
            }
        }

        private void push(int offset, long undecided) {
            if (pendingCount == pendingOffsets.length) {
                pendingOffsets = Arrays.copyOf(pendingOffsets, 2 * pendingCount);
                pendingUndecided = Arrays.copyOf(pendingUndecided, 2 * pendingCount);
            }
            pendingOffsets[pendingCount] = offset;
            pendingUndecided[pendingCount] = undecided;
            pendingCount++;
        }

        private static long set(int registers, int flags) {
            return (long) flags << 32 | (registers & 0xFFFF_FFFFL);
        }
    }
}
