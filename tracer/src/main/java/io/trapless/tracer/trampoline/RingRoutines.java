package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;

/**
 * What happens when a record does not fit: opening the next sub-buffer, counting a loss, waiting in block mode; and the reservation of the atomic ring. The protocol is
 * {@link RingDescriptor}'s; every store that is not a commit may be done twice.
 */
final class RingRoutines {
    private static final int SYS_NANOSLEEP = 35;
    private static final int WAIT_NANOS = 50_000;

    /** A tracer that gave no sign of life for so long may be dead. */
    private static final long TRACER_SILENT_SECONDS = 2;

    /** A machine that was suspended has silenced the tracer as well as the writer: so many waits, 0.1 s or a little more, give it the time to say that it lives. */
    private static final int GRACE_WAITS = 1_000;

    private final Assembler asm;
    private final ProcessFacts facts;
    private final RingCode rings;
    private final Label slow;
    private final Label lost;
    private final Label lostAtomic;
    private final Label atomicReserve;
    private final Label commitAtomic;
    private final Label waitForRoom;

    RingRoutines(Assembler asm, ProcessFacts facts) {
        this.asm = asm;
        this.facts = facts;
        this.rings = new RingCode(asm, facts);
        this.slow = asm.label();
        this.lost = asm.label();
        this.lostAtomic = asm.label();
        this.atomicReserve = asm.label();
        this.commitAtomic = asm.label();
        this.waitForRoom = asm.label();
    }

    Label slow() {
        return slow;
    }

    Label lost() {
        return lost;
    }

    Label atomicReserve() {
        return atomicReserve;
    }

    Label commitAtomic() {
        return commitAtomic;
    }

    void emit() {
        emitSlow();
        emitLost();
        emitLostAtomic();
        emitAtomicReserve();
        emitCommitAtomic();
        if (facts.mode() == SessionHeaderDescriptor.MODE_BLOCK) {
            emitWaitForRoom();
        }
    }

    private void emitSlow() {
        asm.align(16);
        asm.bind(slow);
        if (!facts.rseq().registered()) {
            asm.ud2(); // no site's code leads here
            return;
        }
        asm.push(RCX);
        asm.push(RBX);
        asm.push(RDX);
        Mem retryWord = Mem.of(RSP, 3 * 8);
        Label again = asm.here();
        Label fits = asm.label();
        Label full = asm.label();
        Label giveUp = asm.label();
        Label limitIsRight = asm.label();
        RestartableSequence sequence = new RestartableSequence(asm, facts.rseq());
        sequence.arm(RAX);
        rings.rseqRing(R10, giveUp, false);
        asm.mov(RBX, Mem.of(R10, RingDescriptor.HEAD_OFFSET), 8);
        rings.subBufferEnd(RCX, RBX);
        asm.cmp(RCX, Mem.of(R10, RingDescriptor.LIMIT_OFFSET), 8);
        asm.jcc(Condition.E, limitIsRight);
        asm.mov(
                Mem.of(R10, RingDescriptor.LIMIT_OFFSET),
                RCX,
                8); // a commit of its own; a restart right behind it finds the limit right
        asm.jmp(again);
        asm.bind(limitIsRight);
        asm.mov(RAX, Mem.of(RSP, 0), 8);
        asm.add(RAX, RBX, 8);
        asm.cmp(RAX, RCX, 8);
        asm.jcc(Condition.BE, fits); // on another CPU by now, or the limit was behind
        jumpIfFull(RCX, RAX, full);
        closeAndOpen();
        asm.mov(Mem.of(R10, RingDescriptor.HEAD_OFFSET), RCX, 8);
        sequence.end();
        asm.jmp(again); // the limit comes next
        asm.bind(fits);
        restore();
        goTo(SiteInfo.RETRY);

        asm.bind(full);
        if (facts.mode() == SessionHeaderDescriptor.MODE_BLOCK) {
            asm.call(waitForRoom);
            asm.test(RAX, RAX, 4);
            asm.jcc(Condition.NE, again);
        }
        restore();
        asm.jmp(lost);
        asm.bind(giveUp);
        restore();
        asm.jmp(lostAtomic);
        sequence.abortHandler();
        asm.sub(retryWord, 1, 4);
        asm.jcc(Condition.G, again);
        asm.jmp(giveUp);
        sequence.descriptor();
    }

    private void restore() {
        asm.pop(RDX);
        asm.pop(RBX);
        asm.pop(RCX);
    }

    /** Jumps if the sub-buffer that begins at {@code next} still holds what the reader has not released. Clobbers {@code scratch}. */
    private void jumpIfFull(Gpr next, Gpr scratch, Label full) {
        if (facts.mode() == SessionHeaderDescriptor.MODE_OVERWRITE) {
            return;
        }
        asm.lea(scratch, Mem.of(next, (int) facts.subBufferSize()));
        asm.sub(scratch, Mem.of(R10, RingDescriptor.CONSUMED_OFFSET), 8);
        asm.cmp(scratch, (int) facts.capacity(), 8);
        asm.jcc(Condition.A, full);
    }

    /** r10 = ring, rbx = head, rcx = end of its sub-buffer: fills both headers; rcx = the new head. Clobbers rax, rbx, rdx. */
    private void closeAndOpen() {
        int size = (int) facts.subBufferSize();
        rings.readTimestamp(RAX);
        asm.lea(RDX, Mem.of(RCX, -size));
        subBufferAddress(RDX);
        asm.mov(Mem.of(RDX, PacketDescriptor.TIMESTAMP_END_OFFSET), RAX, 8);
        asm.sub(RBX, RCX, 8);
        asm.add(RBX, size, 8);
        asm.shl(RBX, 3);
        asm.mov(Mem.of(RDX, PacketDescriptor.CONTENT_SIZE_OFFSET), RBX, 8);
        asm.mov(RBX, Mem.of(R10, RingDescriptor.LOST_OFFSET), 8);
        asm.mov(Mem.of(RDX, PacketDescriptor.EVENTS_DISCARDED_OFFSET), RBX, 8);
        asm.mov(RDX, RCX, 8);
        subBufferAddress(RDX);
        asm.mov(Mem.of(RDX, PacketDescriptor.TIMESTAMP_BEGIN_OFFSET), RAX, 8);
        asm.mov(RBX, RCX, 8);
        asm.shr(RBX, Long.numberOfTrailingZeros(size));
        asm.mov(Mem.of(RDX, PacketDescriptor.SEQUENCE_NUMBER_OFFSET), RBX, 8);
        asm.add(RCX, PacketDescriptor.HEADER_SIZE, 8);
    }

    /** register: from a position to its address in the ring at r10. */
    private void subBufferAddress(Gpr register) {
        asm.and(register, facts.dataMask(), 4);
        asm.lea(register, Mem.of(R10, register, 1, RingDescriptor.DATA_OFFSET));
    }

    private void emitLost() {
        asm.align(16);
        asm.bind(lost);
        if (!facts.rseq().registered()) {
            asm.jmp(lostAtomic);
            return;
        }
        asm.push(RCX);
        asm.mov(RCX, Mem.of(R11, SiteInfo.EVENT_ID), 4);
        Label giveUp = asm.label();
        RestartableSequence ofEvent = countLoss(Mem.of(R10, RCX, 8, RingDescriptor.LOST_BY_EVENT_OFFSET), giveUp);
        RestartableSequence ofRing = countLoss(Mem.of(R10, RingDescriptor.LOST_OFFSET), giveUp);
        asm.pop(RCX);
        goTo(SiteInfo.OUT);
        asm.bind(giveUp);
        asm.pop(RCX);
        asm.jmp(lostAtomic);
        ofEvent.descriptor();
        ofRing.descriptor();
    }

    /** An increment that is the commit of a sequence of its own; the retry word is 8 bytes up the stack. */
    private RestartableSequence countLoss(Mem counter, Label giveUp) {
        Label handled = asm.label();
        Label again = asm.here();
        RestartableSequence sequence = new RestartableSequence(asm, facts.rseq());
        sequence.arm(RAX);
        rings.rseqRing(R10, giveUp, false);
        asm.inc(counter, 8);
        sequence.end();
        asm.jmp(handled);
        sequence.abortHandler();
        asm.sub(Mem.of(RSP, 8), 1, 4);
        asm.jcc(Condition.G, again);
        asm.jmp(giveUp);
        asm.bind(handled);
        return sequence;
    }

    /** Counts in the atomic ring's counters, which only locked instructions touch. */
    private void emitLostAtomic() {
        asm.align(16);
        asm.bind(lostAtomic);
        rings.atomicRing(R10);
        asm.mov(RAX, Mem.of(R11, SiteInfo.EVENT_ID), 4);
        asm.lockInc(Mem.of(R10, RAX, 8, RingDescriptor.LOST_BY_EVENT_OFFSET), 8);
        asm.lockInc(Mem.of(R10, RingDescriptor.LOST_OFFSET), 8);
        goTo(SiteInfo.OUT);
    }

    private void emitAtomicReserve() {
        asm.align(16);
        asm.bind(atomicReserve);
        asm.push(RCX);
        asm.push(RBX);
        asm.push(RSI);
        asm.lea(RCX, Mem.of(RDX, RingDescriptor.MARK_GRANULE - 1));
        asm.and(RCX, -RingDescriptor.MARK_GRANULE, 8);
        Label again = asm.here();
        Label full = asm.label();
        Label fits = asm.label();
        rings.atomicRing(R10);
        asm.mov(RBX, Mem.of(R10, RingDescriptor.HEAD_OFFSET), 8);
        rings.subBufferEnd(RAX, RBX);
        asm.mov(RSI, RBX, 8);
        asm.lea(RDX, Mem.of(RBX, RCX, 1, 0));
        asm.cmp(RDX, RAX, 8);
        asm.jcc(Condition.BE, fits);
        jumpIfFull(RAX, RDX, full);
        asm.lea(RSI, Mem.of(RAX, PacketDescriptor.HEADER_SIZE));
        asm.bind(fits);
        rings.readTimestamp(RDX); // between the load of head and the exchange: times follow positions
        asm.mov(RAX, RBX, 8);
        asm.lea(RBX, Mem.of(RSI, RCX, 1, 0));
        asm.lockCmpxchg(Mem.of(R10, RingDescriptor.HEAD_OFFSET), RBX, 8);
        asm.jcc(Condition.NE, again);
        padOldSubBuffer();
        handOver();
        asm.pop(RSI);
        asm.pop(RBX);
        asm.pop(RCX);
        asm.jmp(RAX);

        asm.bind(full);
        if (facts.mode() == SessionHeaderDescriptor.MODE_BLOCK) {
            asm.call(waitForRoom);
            asm.test(RAX, RAX, 4);
            asm.jcc(Condition.NE, again);
        }
        asm.pop(RSI);
        asm.pop(RBX);
        asm.pop(RCX);
        asm.jmp(lostAtomic);
    }

    /** rax = the head that was replaced, rsi = the record's position: if the record went to the next sub-buffer, what is left of the old one is ours to commit as a pad. Clobbers rbx, rcx. */
    private void padOldSubBuffer() {
        Label none = asm.label();
        asm.cmp(RSI, RAX, 8);
        asm.jcc(Condition.E, none);
        asm.test(RAX, (int) (facts.subBufferSize() - 1), 4);
        asm.jcc(Condition.E, none);
        asm.mov(RBX, RAX, 8);
        asm.and(RBX, facts.dataMask(), 4);
        asm.mov(Mem.of(R10, RBX, 1, RingDescriptor.DATA_OFFSET), (short) RingDescriptor.PAD_ID, 2);
        asm.mov(RCX, RAX, 8);
        asm.shr(RCX, Long.numberOfTrailingZeros(facts.capacity()));
        asm.add(RCX, 1, 8);
        asm.shr(RBX, 2);
        if (facts.mode() == SessionHeaderDescriptor.MODE_OVERWRITE) {
            asm.xchg(Mem.of(R10, RBX, 1, marksOffset()), RCX, 2);
            noteIfLate(RAX, RBX, RCX, none);
        } else {
            asm.mov(Mem.of(R10, RBX, 1, marksOffset()), RCX, 2);
        }
        asm.bind(none);
    }

    /**
     * Behind a mark, r10 = ring: goes to {@code inTime} unless the slot of what was marked has been begun anew, which is noted otherwise. Clobbers all three registers.
     *
     * @param position of what was marked
     */
    private void noteIfLate(Gpr position, Gpr head, Gpr bound, Label inTime) {
        asm.and(position, -(int) facts.subBufferSize(), 8);
        asm.lea(bound, Mem.of(position, (int) facts.capacity()));
        asm.mov(head, Mem.of(R10, RingDescriptor.HEAD_OFFSET), 8);
        asm.cmp(head, bound, 8);
        asm.jcc(Condition.BE, inTime);
        asm.and(position, facts.dataMask(), 4);
        asm.shr(position, Long.numberOfTrailingZeros(facts.subBufferSize()));
        asm.mov(Mem.of(R10, position, 8, RingDescriptor.SPOILED_OFFSET), head, 8);
    }

    /** Overwrite mode only: r10 = ring, rdx = distance from it to the record, rax = {@code position / capacity + 1}, r11 = site info. */
    private void emitCommitAtomic() {
        asm.align(16);
        asm.bind(commitAtomic);
        if (facts.mode() != SessionHeaderDescriptor.MODE_OVERWRITE) {
            asm.ud2(); // no site's code leads here
            return;
        }
        Label inTime = asm.label();
        asm.push(RCX);
        asm.push(RBX);
        asm.mov(RBX, RAX, 8);
        asm.sub(RBX, 1, 8);
        asm.shl(RBX, Long.numberOfTrailingZeros(facts.capacity()));
        asm.sub(RDX, RingDescriptor.DATA_OFFSET, 8);
        asm.add(RBX, RDX, 8); // the position
        asm.shr(RDX, 2);
        asm.xchg(Mem.of(R10, RDX, 1, marksOffset()), RAX, 2); // the mark: the commit
        noteIfLate(RBX, RCX, RDX, inTime);
        asm.pop(RBX);
        asm.pop(RCX);
        asm.jmp(lostAtomic);
        asm.bind(inTime);
        asm.pop(RBX);
        asm.pop(RCX);
        goTo(SiteInfo.OUT);
    }

    private int marksOffset() {
        return Math.toIntExact(RingDescriptor.DATA_OFFSET + facts.capacity());
    }

    /** rdx = tsc, rsi = position, r10 = ring, r11 = site info: sets rdx, r10 (in overwrite mode it stays the ring), r11 and the retry word as the filling code wants them; rax = that code. */
    private void handOver() {
        asm.shl(RDX, 16);
        asm.mov(RAX, Mem.of(R11, SiteInfo.EVENT_ID), 4);
        asm.or(RDX, RAX, 8);
        asm.mov(RAX, RSI, 8);
        asm.shr(RAX, Long.numberOfTrailingZeros(facts.capacity()));
        asm.add(RAX, 1, 8);
        asm.mov(Mem.of(RSP, 3 * 8), RAX, 8);
        asm.and(RSI, facts.dataMask(), 4);
        asm.mov(RCX, RSI, 4);
        asm.shr(RCX, 2); // a 2-byte mark for each 8 bytes
        asm.movsx(RAX, Mem.of(R11, SiteInfo.ATOMIC_FILL), 4);
        asm.add(RAX, R11, 8);
        asm.lea(R11, Mem.of(R10, RSI, 1, RingDescriptor.DATA_OFFSET));
        if (facts.mode() != SessionHeaderDescriptor.MODE_OVERWRITE) {
            asm.lea(R10, Mem.of(R10, RCX, 1, marksOffset()));
        }
    }

    /**
     * Called: sleeps a little and gives eax = 1, or gives eax = 0 if there is no tracer that could make room. The first to find a tracer silent waits for {@link #GRACE_WAITS} and then declares it dead, so
     * that nobody else waits; one that lives after all takes that back with its next beat. Clobbers rdx, r10.
     */
    private void emitWaitForRoom() {
        Label noTracer = asm.label();
        Label alive = asm.label();
        Label done = asm.label();
        Label silent = asm.label();
        asm.align(16);
        asm.bind(waitForRoom);
        asm.push(RCX);
        asm.push(R11);
        asm.push(RSI);
        asm.push(RDI);
        loadHeartbeat();
        asm.test(RCX, RCX, 8);
        asm.jcc(Condition.E, noTracer);
        rings.readTimestamp(RAX);
        asm.sub(RAX, RCX, 8);
        asm.mov(RDX, facts.cyclesPerSecond() * TRACER_SILENT_SECONDS);
        asm.cmp(RAX, RDX, 8);
        asm.jcc(Condition.G, silent);
        sleep();
        asm.bind(alive);
        asm.mov(RAX, 1);
        asm.jmp(done);

        asm.bind(silent);
        asm.push(RCX);
        asm.push(GRACE_WAITS);
        Mem lastBeat = Mem.of(RSP, 8);
        Mem waits = Mem.of(RSP, 0);
        Label wait = asm.here();
        sleep();
        loadHeartbeat();
        asm.cmp(RCX, lastBeat, 8);
        Label beaten = asm.label();
        asm.jcc(Condition.NE, beaten);
        asm.sub(waits, 1, 4);
        asm.jcc(Condition.G, wait);
        asm.mov(RAX, RCX, 8);
        asm.xor(RDX, RDX, 4);
        asm.mov(RCX, heartbeat());
        asm.lockCmpxchg(Mem.of(RCX, 0), RDX, 8);
        asm.bind(beaten);
        asm.lea(RSP, Mem.of(RSP, 2 * 8));
        asm.jcc(Condition.NE, alive); // of the comparison, or of the exchange: somebody else has stored something

        asm.bind(noTracer);
        asm.xor(RAX, RAX, 4);
        asm.bind(done);
        asm.pop(RDI);
        asm.pop(RSI);
        asm.pop(R11);
        asm.pop(RCX);
        asm.ret();
    }

    private long heartbeat() {
        return facts.rings() + SessionHeaderDescriptor.HEARTBEAT_OFFSET;
    }

    /** rcx = the heartbeat. */
    private void loadHeartbeat() {
        asm.mov(RCX, heartbeat());
        asm.mov(RCX, Mem.of(RCX, 0), 8);
    }

    /** {@link #WAIT_NANOS}. Clobbers rax, rcx, rsi, rdi, r11. */
    private void sleep() {
        asm.push(WAIT_NANOS);
        asm.push(0);
        asm.mov(RDI, RSP, 8);
        asm.xor(RSI, RSI, 4);
        asm.mov(RAX, SYS_NANOSLEEP);
        asm.syscall();
        asm.lea(RSP, Mem.of(RSP, 2 * 8));
    }

    /** Jumps to one of the places that the site info at r11 names. */
    private void goTo(int field) {
        asm.movsx(RAX, Mem.of(R11, field), 4);
        asm.add(RAX, R11, 8);
        asm.jmp(RAX);
    }
}
