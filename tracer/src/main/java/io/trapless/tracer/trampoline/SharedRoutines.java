package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.SessionHeaderDescriptor;
import java.util.Arrays;

/**
 * The cold code that all sites of one code region share, laid out at the region's start.
 *
 * @param code its bytes
 * @param slow a record does not fit: r11 = {@link SiteInfo}, rdx = its size; goes on at the site's {@code retry} or {@code out}
 * @param lost an event is given up: r11 = {@link SiteInfo}; goes on at {@code out}
 * @param atomicReserve a record for a thread without rseq: r11, rdx as for {@code slow}; goes on at {@code atomicFill} with r11 = where to write it, rdx = its first eight bytes, r10 = where its mark goes, the
 *     mark in the retry word; or at {@code out}. In overwrite mode r10 = the ring
 * @param commitAtomic what that code ends in, in overwrite mode: r10 = the ring, r11 = {@link SiteInfo}, rdx = the record's distance from the ring, rax = the retry word; goes on at {@code out}
 * @param safeLoad called: rax = address, edx = 1, 2, 4 or 8 bytes; gives rax = the value, zero-extended, and edx = 0, or both 0 and 1 if it can't be read. Clobbers r10, r11
 * @param readString called: rdi = where to put it, rsi = address, rdx = limit (a byte more is written); gives rax = length, edx = 0, or {@link #FAULT} or {@link #CUT}. Clobbers rcx, r10, r11
 * @param readBytes called: rdi, rsi as above, rdx = length; gives rax = length read, edx = 0 or {@link #FAULT}. Clobbers rcx, r10, r11
 * @param copyIn called: rdi, rsi, rdx as for {@code readBytes}; gives rax = how many bytes could be read from the front; keeps rdi, rsi, rdx. Clobbers rcx, r10, r11
 * @param walkFrames called: rdi = where to put addresses, rsi = the frame pointer, rdx = how many at the most, rcx = below which no frame can be; gives rax = how many. Clobbers rcx, rdx, rsi, rdi, r10, r11
 * @param touchPages for a thread that is lent: rdi = the first page, rsi = an address behind the last; reads a byte of each, and ends in getpid(2) and a {@code ret}. Clobbers rax, rdi, rcx, r11
 */
record SharedRoutines(
        byte[] code,
        long slow,
        long lost,
        long atomicReserve,
        long commitAtomic,
        long safeLoad,
        long readString,
        long readBytes,
        long copyIn,
        long walkFrames,
        long touchPages) {
    private static final int PAGE = 4096;
    private static final int SYS_GETPID = 39;

    static final int FAULT = 1;
    static final int CUT = 2;

    /** What a reservation saves. */
    private static final int RING_STACK_BYTES = 3 * Long.BYTES;

    /** Waiting in block mode: besides, a return address, what waiting saves and counts, and a time. */
    private static final int WAITING_STACK_BYTES = 9 * Long.BYTES;

    /** A safe load: return addresses, what it saves and what the copying saves, vectors for the kernel, and asking for the thread's id. */
    private static final int READ_STACK_BYTES = 20 * Long.BYTES + ThreadId.STACK_BYTES;

    /** Bytes of stack that the routines take below what a probe of its own has there, at the most. */
    static int stackBytes(SiteProbe probe, ProcessFacts facts) {
        int own = probe.hasStack() ? StackRoutine.stackBytes(facts) : probe.readsMemory() ? READ_STACK_BYTES : 0;
        boolean waits = facts.mode() == SessionHeaderDescriptor.MODE_BLOCK;
        return Math.max(RING_STACK_BYTES + (waits ? WAITING_STACK_BYTES : 0), own == 0 ? 0 : own + Long.BYTES);
    }

    /** Generates them for {@code address}, the start of a code region. */
    static SharedRoutines generate(ProcessFacts facts, long address) {
        Assembler asm = new Assembler(address);
        RingRoutines ring = new RingRoutines(asm, facts);
        ring.emit();
        ReadRoutines read = new ReadRoutines(asm, facts);
        read.emit();
        StackRoutine stack = new StackRoutine(asm, facts, read.copyIn());
        stack.emit();
        Label touchPages = asm.label();
        emitTouchPages(asm, touchPages);
        return new SharedRoutines(
                asm.toByteArray(),
                asm.addressOf(ring.slow()),
                asm.addressOf(ring.lost()),
                asm.addressOf(ring.atomicReserve()),
                asm.addressOf(ring.commitAtomic()),
                asm.addressOf(read.safeLoad()),
                asm.addressOf(read.readString()),
                asm.addressOf(read.readBytes()),
                asm.addressOf(read.copyIn()),
                asm.addressOf(stack.walkFrames()),
                asm.addressOf(touchPages));
    }

    private static void emitTouchPages(Assembler asm, Label start) {
        Label done = asm.label();
        asm.align(16);
        asm.bind(start);
        Label next = asm.here();
        asm.cmp(Gpr.RDI, Gpr.RSI, 8);
        asm.jcc(Condition.AE, done);
        asm.movzx(Gpr.RAX, Mem.of(Gpr.RDI, 0), 1);
        asm.add(Gpr.RDI, PAGE, 8);
        asm.jmp(next);
        asm.bind(done);
        asm.mov(Gpr.RAX, SYS_GETPID);
        asm.syscall();
        asm.ret();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SharedRoutines that && slow == that.slow && Arrays.equals(code, that.code);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(code);
    }
}
