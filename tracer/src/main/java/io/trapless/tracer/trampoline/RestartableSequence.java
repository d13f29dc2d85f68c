package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;

/**
 * Emits one restartable sequence: {@link #arm}, the section's code, {@link #end} right behind the commit, and later, out of the way, {@link #descriptor} and {@link #abortHandler}.
 * Kernel: include/uapi/linux/rseq.h, kernel/rseq.c.
 */
final class RestartableSequence {
    /** {@code ud1 imm32(%rip), %edi}: makes the signature a harmless-looking instruction, as libc's own handlers do. */
    private static final byte[] SIGNATURE_PREFIX = {0x0F, (byte) 0xB9, 0x3D};

    private static final int DESCRIPTOR_ALIGNMENT = 32;

    private final Assembler asm;
    private final ProcessFacts.Rseq rseq;
    private final Label descriptor;
    private final Label start;
    private final Label postCommit;
    private final Label abort;

    RestartableSequence(Assembler asm, ProcessFacts.Rseq rseq) {
        this.asm = asm;
        this.rseq = rseq;
        this.descriptor = asm.label();
        this.start = asm.label();
        this.postCommit = asm.label();
        this.abort = asm.label();
    }

    /** Points the thread at the descriptor and begins the section. Clobbers {@code scratch}. */
    void arm(Gpr scratch) {
        asm.lea(scratch, Mem.rip(descriptor));
        asm.mov(Mem.fs(rseq.criticalSection()), scratch, 8);
        asm.bind(start);
    }

    /** To be called right behind the committing instruction. */
    void end() {
        asm.bind(postCommit);
    }

    /** Takes the descriptor away from the thread: one that outlived its mapping would be a SIGSEGV. */
    void disarm() {
        asm.mov(Mem.fs(rseq.criticalSection()), 0, 8);
    }

    /** Begins the abort handler: whatever is emitted next runs after an abort. */
    void abortHandler() {
        asm.db(SIGNATURE_PREFIX);
        asm.dd(rseq.signature());
        asm.bind(abort);
    }

    /** Emits the {@code struct rseq_cs}; after everything else is bound. */
    void descriptor() {
        asm.align(DESCRIPTOR_ALIGNMENT);
        asm.bind(descriptor);
        asm.dd(0); // version
        asm.dd(0); // flags
        asm.dq(start);
        asm.dq(asm.addressOf(postCommit) - asm.addressOf(start));
        asm.dq(abort);
    }
}
