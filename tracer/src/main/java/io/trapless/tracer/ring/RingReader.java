package io.trapless.tracer.ring;

import io.trapless.layout.SessionHeaderDescriptor;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Takes the packets of one ring, oldest first, while its writers write. The consumer's thread only.
 *
 * <p>It keeps its own {@code consumed} and never reads that of the shared memory back.
 */
abstract sealed class RingReader permits RseqRingReader, AtomicRingReader {
    /** What the readers of one consumer share. */
    record Context(PacketCheck check, LongSupplier tscCycles) {}

    final RingMemory memory;
    final Context context;
    final PacketEmitter emitter;
    final HeadCheck headCheck;
    final long subBufferSize;
    final long capacity;

    /** Position up to which everything is taken; a multiple of the sub-buffer size. */
    long consumed;

    private long malformedPackets;
    private long lastLost;
    private long overtaken;

    RingReader(RingKind kind, RingMemory memory, int subBufferSize, Context context, PacketEmitter emitter) {
        this.memory = memory;
        this.context = context;
        this.emitter = emitter;
        this.headCheck = new HeadCheck(kind, subBufferSize);
        this.subBufferSize = subBufferSize;
        this.capacity = (long) subBufferSize * SessionHeaderDescriptor.SUB_BUFFER_COUNT;
    }

    /**
     * Takes and releases every sub-buffer that is complete.
     *
     * @return whether anything was taken
     * @throws IOException of the sink or of the ring file; the reader must not be used any more
     */
    abstract boolean poll() throws IOException;

    /** Takes of the begun sub-buffer what is committed, and releases nothing. For rings that are polled, right after {@link #poll}. */
    abstract void pollPart() throws IOException;

    /** Takes what {@link #poll} takes and the begun sub-buffer. Call it when no writer writes any more, then no more. */
    abstract void drain() throws IOException;

    /**
     * Takes the newest whole sub-buffers and the begun one without releasing anything, and drops those that the writers overtook meanwhile. For rings in overwrite mode, and for those of a
     * dead session. A reader takes one snapshot in its life and neither polls nor drains.
     */
    final void snapshot() throws IOException {
        long head = memory.headAcquire();
        if (!headCheck.accepts(head, Long.MAX_VALUE)) {
            return;
        }
        long current = (head - 1) / subBufferSize;
        for (long k = Math.max(0, current - SessionHeaderDescriptor.SUB_BUFFER_COUNT + 1); k <= current; k++) {
            consumed = k * subBufferSize;
            long end = Math.min(head, consumed + subBufferSize);
            copySubBuffer(end);
            long headAfter = memory.headAcquire();
            if (headAfter < head || headAfter > consumed + capacity) {
                overtaken++;
                continue;
            }
            long currentAfter = (headAfter - 1) / subBufferSize;
            takeSubBuffer(end, k == current, k == currentAfter - SessionHeaderDescriptor.SUB_BUFFER_COUNT + 1);
        }
    }

    /** Copies the sub-buffer at {@link #consumed} up to position {@code end}. */
    abstract void copySubBuffer(long end) throws IOException;

    /**
     * Emits what {@link #copySubBuffer} has copied.
     *
     * @param newest it is the one that writers are in, or were when {@code head} was loaded
     * @param mayBeReopened a writer may already have begun to write the next lap's header over this one's
     */
    abstract void takeSubBuffer(long end, boolean newest, boolean mayBeReopened) throws IOException;

    /** The head that was last accepted: how far the writers have come. */
    final long position() {
        return headCheck.lastGood();
    }

    /** The ring's loss count. One that goes back was scribbled on; the last good one stands. */
    final long lost() {
        lastLost = Math.max(lastLost, memory.lost());
        return lastLost;
    }

    final void countMalformed() {
        malformedPackets++;
    }

    final long malformedPackets() {
        return malformedPackets;
    }

    final long rejectedHeads() {
        return headCheck.rejected();
    }

    /** Sub-buffers of a snapshot that were written over while they were copied. */
    final long overtaken() {
        return overtaken;
    }

    /** Every hole that exists now has no writer any more and may be skipped. Any thread may call it. */
    void skipPresentHoles() {}

    /** Places that writers reserved and never filled, skipped at the end. */
    long holes() {
        return 0;
    }

    /** Whether a reserved place that is not filled yet holds everything behind it up. */
    boolean isBlockedByHole() {
        return false;
    }
}
