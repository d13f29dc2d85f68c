package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R8;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;

import io.trapless.binary.flow.VforkCall;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.tracer.linux.RseqArea;

/**
 * Makes a vfork child, and a thread that has just begun, known to all code of this session. Such a child has its parent's thread pointer, and with that its parent's rseq area, which the kernel does not keep for it: a sequence there would neither be restarted nor see
 * that it has moved. So the area's CPU is made {@link RseqArea#NO_CPU} before the call, and the child records in the atomic rings, as a thread does that never registered.
 *
 * <p>The store and the system call are one restartable sequence: whoever is interrupted between them, where the kernel writes the CPU again, does both again. A sequence may end in a system call, for its address has passed when the kernel looks (kernel: kernel/rseq.c,
 * {@code rseq_syscall}). When the parent goes on, the kernel has written the CPU, unless the call failed or (since 6.19) the parent is on the CPU on which it was: then this code writes it, in a sequence of its own.
 *
 * <p>A new thread has an area of its own, which glibc registers only when the thread has run a while (nptl/pthread_create.c, {@code start_thread}), and until then it says what fresh memory says, CPU 0, or where the last owner of the thread's stack was. So that area's CPU is made no CPU before the thread is.
 *
 * <p>A thread without a registered area, and a child that makes a child, have no CPU there: nothing is stored then. Uses only what a system call changes anyway: rax, rcx, r11, and the flags, which nobody reads behind these calls.
 */
final class VforkCallCode {
    /** The number of that call (kernel: arch/x86/entry/syscalls/syscall_64.tbl). */
    private static final int CLONE3 = 435;

    private static final int CLONE_VM = 0x100;
    private static final int CLONE_VFORK = 0x4000;
    private static final int CLONE_THREAD = 0x10000;
    private static final int CLONE_SETTLS = 0x80000;

    /** Of {@code struct clone_args} (kernel: include/uapi/linux/sched.h). */
    private static final int CLONE_ARGS_TLS = 56;

    private final Assembler asm;
    private final ProcessFacts facts;
    private final RingCode rings;

    VforkCallCode(Assembler asm, ProcessFacts facts) {
        this.asm = asm;
        this.facts = facts;
        this.rings = new RingCode(asm, facts);
    }

    /**
     * Emits what runs in the place of the {@code syscall}, with its registers; control leaves it at the end where that is to be made as ever.
     * Go's threads are the C library's in whichever program has rseq.
     *
     * @param resume behind the {@code syscall}
     */
    void emit(VforkCall.Kind kind, long resume) {
        if (!facts.rseq().registered()) {
            return;
        }
        Mem cpu = Mem.fs(facts.rseq().cpuId());
        RestartableSequence call = new RestartableSequence(asm, facts.rseq());
        RestartableSequence mend = new RestartableSequence(asm, facts.rseq());
        Label asEver = asm.label();
        Label done = asm.label();
        Label child = asm.label();
        markNewThread(kind);
        asm.cmp(cpu, 0, 4);
        asm.jcc(Condition.L, asEver);
        jumpUnlessShared(kind, asEver);

        Label callAgain = asm.here();
        call.arm(RCX);
        asm.mov(cpu, RseqArea.NO_CPU, 4);
        asm.syscall();
        call.end();
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.E, child);
        Label mendAgain = asm.here();
        mend.arm(RCX);
        asm.cmp(cpu, RseqArea.NO_CPU, 4);
        asm.jcc(Condition.NE, done);
        rings.currentCpu(RCX);
        asm.mov(cpu, RCX, 4);
        mend.end();
        asm.bind(done);
        mend.disarm();
        asm.bind(child); // it leaves the descriptor to its parent
        asm.jmp(resume);

        call.abortHandler();
        asm.jmp(callAgain);
        mend.abortHandler();
        asm.jmp(mendAgain);
        call.descriptor();
        mend.descriptor();
        asm.bind(asEver);
    }

    /** Goes on only if the child will have this thread's memory and area, and this thread waits for it meanwhile: else both would need what only one can have. */
    private void jumpUnlessShared(VforkCall.Kind kind, Label asEver) {
        if (kind == VforkCall.Kind.VFORK) {
            return;
        }
        loadFlags(kind);
        asm.and(RCX, CLONE_VM | CLONE_VFORK | CLONE_SETTLS, 4);
        asm.cmp(RCX, CLONE_VM | CLONE_VFORK, 4);
        asm.jcc(Condition.NE, asEver);
    }

    /** Nothing is stored where the new thread's control block is not glibc's. */
    private void markNewThread(VforkCall.Kind kind) {
        if (kind == VforkCall.Kind.VFORK || kind == VforkCall.Kind.GO) {
            return;
        }
        Label none = asm.label();
        loadFlags(kind);
        asm.and(RCX, CLONE_VM | CLONE_THREAD | CLONE_SETTLS, 4);
        asm.cmp(RCX, CLONE_VM | CLONE_THREAD | CLONE_SETTLS, 4);
        asm.jcc(Condition.NE, none);
        if (kind == VforkCall.Kind.CLONE) {
            asm.mov(RCX, R8, 8);
        } else {
            asm.mov(RCX, Mem.of(RDI, CLONE_ARGS_TLS), 8);
        }
        asm.cmp(Mem.of(RCX, RseqArea.TCB_SELF), RCX, 8);
        asm.jcc(Condition.NE, none);
        asm.mov(Mem.of(RCX, facts.rseq().cpuId()), RseqArea.NO_CPU, 4);
        asm.bind(none);
    }

    /** ecx = what is asked for. */
    private void loadFlags(VforkCall.Kind kind) {
        Label loaded = asm.label();
        if (kind != VforkCall.Kind.CLONE3) {
            asm.mov(RCX, RDI, 4);
        }
        if (kind == VforkCall.Kind.GO) {
            asm.cmp(RAX, CLONE3, 4);
            asm.jcc(Condition.NE, loaded);
        }
        if (kind != VforkCall.Kind.CLONE) {
            asm.mov(RCX, Mem.of(RDI, 0), 4);
        }
        asm.bind(loaded);
    }
}
