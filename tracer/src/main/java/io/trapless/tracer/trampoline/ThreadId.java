package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;

/** Code for the id of the thread that runs. */
final class ThreadId {
    private static final int SYS_GETTID = 186;

    /** Of the stack, at the most. */
    static final int STACK_BYTES = 3 * Long.BYTES;

    private static final Gpr[] CLOBBERED = {RAX, RCX, R11};

    private ThreadId() {}

    /**
     * {@code dst} = the id, zero-extended. Changes no other register and no flag; below the stack pointer, which must be below the target's red zone, it may write {@link #STACK_BYTES}. Where the C library keeps it, a load; in a process without one, a system call, which must not be in a restartable
     * sequence: such a process has none.
     */
    static void load(Assembler asm, ProcessFacts facts, Gpr dst) {
        if (facts.tidOffset() != ProcessFacts.NO_TID) {
            asm.mov(dst, Mem.fs(facts.tidOffset()), 4);
            return;
        }
        for (Gpr register : CLOBBERED) {
            if (register != dst) {
                asm.push(register);
            }
        }
        asm.mov(RAX, SYS_GETTID);
        asm.syscall();
        if (dst != RAX) {
            asm.mov(dst, RAX, 4);
        }
        for (int i = CLOBBERED.length - 1; i >= 0; i--) {
            if (CLOBBERED[i] != dst) {
                asm.pop(CLOBBERED[i]);
            }
        }
    }
}
