package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.SessionHeaderDescriptor;

/** Instruction sequences on rings that more than one routine uses. */
final class RingCode {
    /** The kernel's GDT entry whose limit holds the CPU and the node (arch/x86/include/asm/segment.h: {@code __CPUNODE_SEG}). */
    private static final int CPU_NODE_SEGMENT = 0x7B;

    /** The low bits of that limit, and of {@code rdpid}, are the CPU (asm/segment.h: {@code VDSO_CPUNODE_BITS}). */
    private static final int CPU_MASK = 0xFFF;

    private final Assembler asm;
    private final ProcessFacts facts;

    RingCode(Assembler asm, ProcessFacts facts) {
        this.asm = asm;
        this.facts = facts;
    }

    /**
     * {@code ring = } control block of this CPU's rseq ring. Clobbers rax. To be used inside a restartable sequence. Jumps to {@code notRegistered} if the kernel does not keep this thread's rseq area.
     *
     * @param guard whether to compare the area's CPU with the hardware's: a vfork child runs on its parent's area, which the kernel does not keep for it
     */
    void rseqRing(Gpr ring, Label notRegistered, boolean guard) {
        rseqCpu(ring, notRegistered, guard);
        ringOf(ring, facts.rseqRings(), SessionHeaderDescriptor.rseqRingStride(facts.capacity()));
    }

    /** rax = the CPU on which the sequence runs. Clobbers {@code scratch}, for the guard. Jumps as {@link #rseqRing}. */
    void rseqCpu(Gpr scratch, Label notRegistered, boolean guard) {
        asm.mov(Gpr.RAX, Mem.fs(facts.rseq().cpuId()), 4);
        if (guard) {
            currentCpu(scratch);
            asm.cmp(Gpr.RAX, scratch, 4);
            asm.jcc(Condition.NE, notRegistered);
        }
        asm.cmp(Gpr.RAX, facts.cpuCount(), 4);
        asm.jcc(Condition.AE, notRegistered); // unsigned: -1 and -2 are "not registered"
    }

    /** {@code ring = } control block of some CPU's atomic ring, most likely this one's. Clobbers rax. */
    void atomicRing(Gpr ring) {
        Label inRange = asm.label();
        currentCpu(Gpr.RAX);
        asm.cmp(Gpr.RAX, facts.cpuCount(), 4);
        asm.jcc(Condition.B, inRange);
        asm.xor(Gpr.RAX, Gpr.RAX, 4);
        asm.bind(inRange);
        ringOf(ring, facts.atomicRings(), SessionHeaderDescriptor.atomicRingStride(facts.capacity()));
    }

    /** {@code dst = } the CPU that runs this, as the hardware has it. */
    void currentCpu(Gpr dst) {
        if (facts.hasRdpid()) {
            asm.rdpid(dst);
        } else {
            asm.mov(dst, CPU_NODE_SEGMENT);
            asm.lsl(dst, dst);
        }
        asm.and(dst, CPU_MASK, 4);
    }

    /** {@code end = } end of the sub-buffer in which the byte before {@code head} lies. */
    void subBufferEnd(Gpr end, Gpr head) {
        asm.lea(end, Mem.of(head, -1));
        asm.or(end, (int) (facts.subBufferSize() - 1), 8);
        asm.add(end, 1, 8);
    }

    /** {@code tsc = } the whole time stamp. {@code tsc} is rax or rdx; clobbers both. */
    void readTimestamp(Gpr tsc) {
        asm.rdtsc();
        asm.shl(Gpr.RDX, 32);
        asm.or(tsc, tsc == Gpr.RAX ? Gpr.RDX : Gpr.RAX, 8);
    }

    /** rdx = the first eight bytes of a record of event {@code id}. Clobbers rax. */
    void recordHeader(int id) {
        asm.rdtsc();
        asm.shl(Gpr.RDX, 48);
        asm.shl(Gpr.RAX, 16);
        asm.lea(Gpr.RDX, Mem.of(Gpr.RAX, Gpr.RDX, 1, id));
    }

    private void ringOf(Gpr ring, long base, long strideBytes) {
        asm.imul(ring, Gpr.RAX, Math.toIntExact(strideBytes));
        asm.mov(Gpr.RAX, base);
        asm.add(ring, Gpr.RAX, 8);
    }
}
