package io.trapless.tracer.ring;

import io.trapless.layout.SessionHeaderDescriptor;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Takes the packets of one ring, oldest first, while its writers write. The consumer's thread only.
 *
 * <p>It keeps its own {@code consumed}, and never reads that of the shared memory back but once, to go on where an earlier reader has ended.
 */
abstract sealed class RingReader permits RseqRingReader, AtomicRingReader {
    /**
     * What the readers of one consumer share.
     *
     * @param afterCopy run when something of a snapshot has been copied, and before it is looked at
     */
    record Context(PacketCheck check, LongSupplier tscCycles, Runnable afterCopy) {
        Context(PacketCheck check, LongSupplier tscCycles) {
            this(check, tscCycles, () -> {});
        }
    }

    /** More than any writer takes from reading the clock to publishing, and nothing beside the time in which 48 bits wrap around. */
    private static final long PUBLISHING_CYCLES = 1L << 36;

    private static final int SNAPSHOT_ATTEMPTS = 50;

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

    /** Records that were committed and had to be dropped. */
    private long dropped;

    private long overtaken;

    /** Of the last snapshot: sub-buffers of which something was emitted, and packets that were, before the current sub-buffer. */
    private long packetsBefore;

    private long pieces;

    RingReader(RingKind kind, RingMemory memory, int subBufferSize, Context context, PacketEmitter emitter) {
        this.memory = memory;
        this.context = context;
        this.emitter = emitter;
        this.headCheck = new HeadCheck(kind, subBufferSize);
        this.subBufferSize = subBufferSize;
        this.capacity = (long) subBufferSize * SessionHeaderDescriptor.SUB_BUFFER_COUNT;
    }

    /** Goes on where an earlier reader has released up to; if that position is impossible, from the beginning. To be called before anything else, if at all. */
    final void resume() {
        long head = memory.headAcquire();
        long released = memory.consumed();
        boolean plausible = released >= 0
                && (released & (subBufferSize - 1)) == 0
                && released <= head
                && head - released <= capacity;
        if (plausible) {
            beginAt(released);
        }
    }

    /** Sets {@link #consumed}, a multiple of the sub-buffer size, before anything has been taken. */
    void beginAt(long position) {
        consumed = position;
    }

    /**
     * Takes and releases every sub-buffer that is complete.
     *
     * @return whether anything was taken
     * @throws IOException of the sink or of the ring file; the reader must not be used any more
     */
    abstract boolean poll() throws IOException;

    /** Takes what {@link #poll} takes, and what is committed of the begun sub-buffer, in a packet of its own; the writers go on behind it. */
    abstract void flush() throws IOException;

    /** Takes what {@link #poll} takes and the begun sub-buffer. Call it when no writer writes any more, then no more. */
    abstract void drain() throws IOException;

    /**
     * Takes the newest whole sub-buffers and the begun one without releasing anything, and drops those that the writers overtook meanwhile. For rings in overwrite mode, and for those of a
     * dead session. A reader takes one snapshot in its life and neither polls nor drains.
     *
     * @param history of this ring, as far as somebody has written it down
     */
    final void snapshot(HeadHistory history) throws IOException {
        for (int attempt = 0; attempt < SNAPSHOT_ATTEMPTS; attempt++) {
            overtaken = 0;
            dropped = 0;
            takeSnapshot(history);
            // Writers that go round faster than this thread gets its turns leave nothing: then once more.
            if (emitter.packets() > 0 || overtaken == 0) {
                return;
            }
        }
    }

    private void takeSnapshot(HeadHistory history) throws IOException {
        long head = memory.headAcquire();
        if (!headCheck.accepts(head, Long.MAX_VALUE)) {
            return;
        }
        long current = (head - 1) / subBufferSize;
        for (long k = Math.max(0, current - SessionHeaderDescriptor.SUB_BUFFER_COUNT + 1); k <= current; k++) {
            consumed = k * subBufferSize;
            pieces += Math.max(0, emitter.packets() - packetsBefore - 1);
            packetsBefore = emitter.packets();
            long end = Math.min(head, consumed + subBufferSize);
            copySubBuffer(end);
            context.afterCopy().run();
            long headAfter = memory.headAcquire();
            if (headAfter < head || headAfter > consumed + capacity) {
                overtaken++;
                continue;
            }
            long currentAfter = (headAfter - 1) / subBufferSize;
            takeSubBuffer(end, k == current, k == currentAfter - SessionHeaderDescriptor.SUB_BUFFER_COUNT + 1, history);
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
    abstract void takeSubBuffer(long end, boolean newest, boolean mayBeReopened, HeadHistory history)
            throws IOException;

    /** The number of the next packet of a snapshot: the sub-buffer's, so that those that were overtaken leave a gap, and one more for each further packet of a divided one. */
    final long snapshotSequence() {
        return consumed / subBufferSize + pieces + (emitter.packets() - packetsBefore);
    }

    /** The earliest time of a record that follows a sighting at {@code cycles}: a writer reads the clock a little before it publishes, and never before its predecessor. */
    final long notBefore(long cycles) {
        return cycles == PacketEmitter.UNKNOWN_TIME
                ? PacketEmitter.UNKNOWN_TIME
                : Math.max(cycles - PUBLISHING_CYCLES, emitter.previousEnd());
    }

    /** Whether writers have come so far that it is time to take something, whatever else there is to do. */
    final boolean isHalfFull() {
        return memory.headAcquire() - consumed > capacity / 2;
    }

    /** Writes down where the writers are. */
    final void note(HeadHistory history) {
        long head = memory.headAcquire();
        if (headCheck.accepts(head, Long.MAX_VALUE)) {
            history.note(head, context.tscCycles().getAsLong());
        }
    }

    /** The head that was last accepted: how far the writers have come. */
    final long position() {
        return headCheck.lastGood();
    }

    /** The ring's loss count, and what this reader has dropped. A count that goes back was scribbled on; the last good one stands. */
    final long lost() {
        lastLost = Math.max(lastLost, memory.lost());
        return lastLost + dropped;
    }

    final void countDropped() {
        dropped++;
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
