package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.CONTENT_SIZE_OFFSET;
import static io.trapless.layout.PacketDescriptor.EVENTS_DISCARDED_OFFSET;
import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.PacketDescriptor.SEQUENCE_NUMBER_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_BEGIN_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_END_OFFSET;

import io.trapless.layout.SessionHeaderDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads a ring whose writers publish by a restartable sequence: everything below {@code head} is whole. */
final class RseqRingReader extends RingReader {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final MemorySegment buffer;

    /** Bytes of the sub-buffer at {@link #consumed} that {@link #pollPart} has taken already; its header counts as taken with the first record. */
    private long taken;

    /** {@code buffer}: private memory of one sub-buffer; readers of the same thread may share it. */
    RseqRingReader(RingMemory memory, int subBufferSize, Context context, PacketEmitter emitter, MemorySegment buffer) {
        super(RingKind.RSEQ, memory, subBufferSize, context, emitter);
        this.buffer = buffer;
    }

    @Override
    boolean poll() throws IOException {
        return pollAtMost(Long.MAX_VALUE);
    }

    /** As {@link #poll}, but stops after {@code maxSubBuffers}. */
    boolean pollAtMost(long maxSubBuffers) throws IOException {
        long head = memory.headAcquire();
        if (!headCheck.accepts(head, consumed + capacity)) {
            return false;
        }
        long taken = 0;
        // head == consumed + size: full, but its header is written when a writer opens the next one.
        while (head - consumed > subBufferSize && taken < maxSubBuffers) {
            takeWhole();
            taken++;
        }
        return taken > 0;
    }

    private void takeWhole() throws IOException {
        if (taken == 0) {
            memory.copyData(consumed, buffer, 0, subBufferSize);
            takeClosed(buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET));
        } else {
            takeRest();
        }
        taken = 0;
        consumed += subBufferSize;
        memory.releaseConsumed(consumed);
    }

    @Override
    void pollPart() throws IOException {
        long content = headCheck.lastGood() - consumed;
        if (content > Math.max(HEADER_SIZE, taken) && content <= subBufferSize) {
            takePart(content);
        }
    }

    /** What came since {@link #pollPart} into a sub-buffer that its writers have closed. */
    private void takeRest() throws IOException {
        memory.copyData(consumed, buffer, 0, HEADER_SIZE);
        long contentBits = buffer.get(LONG, CONTENT_SIZE_OFFSET);
        boolean plausible = (contentBits & 7) == 0 && contentBits >= 8 * taken && contentBits <= 8 * subBufferSize;
        takePart(plausible ? contentBits / 8 : subBufferSize);
    }

    /** Emits what lies between {@link #taken} and {@code content} as a packet of its own. */
    private void takePart(long content) throws IOException {
        long from = Math.max(HEADER_SIZE, taken);
        long size = content - from;
        memory.copyData(consumed + from, buffer, HEADER_SIZE, size);
        take(HEADER_SIZE + size, PacketEmitter.UNKNOWN_TIME, PacketEmitter.UNKNOWN_TIME, lost());
        taken = content;
    }

    /** Takes the copy of a sub-buffer that its writers have closed. */
    private void takeClosed(long claimedBegin) throws IOException {
        long contentBits = buffer.get(LONG, CONTENT_SIZE_OFFSET);
        boolean plausible =
                (contentBits & 7) == 0 && contentBits >= 8L * HEADER_SIZE && contentBits <= 8 * subBufferSize;
        // A scribbled size: what scans as records is kept.
        take(
                plausible ? contentBits / 8 : subBufferSize,
                claimedBegin,
                buffer.get(LONG, TIMESTAMP_END_OFFSET),
                Math.min(buffer.get(LONG, EVENTS_DISCARDED_OFFSET), lost()));
    }

    @Override
    void drain() throws IOException {
        poll();
        if (taken > 0) {
            pollPart();
            return;
        }
        long content = headCheck.lastGood() - consumed;
        if (content >= HEADER_SIZE && content <= subBufferSize) {
            memory.copyData(consumed, buffer, 0, content);
            take(content, buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET), PacketEmitter.UNKNOWN_TIME, lost());
        }
    }

    @Override
    void copySubBuffer(long end) throws IOException {
        memory.copyData(consumed, buffer, 0, end - consumed);
    }

    @Override
    void takeSubBuffer(long end, boolean newest, boolean mayBeReopened) throws IOException {
        long expected = consumed / subBufferSize;
        long sequence = buffer.get(LONG, SEQUENCE_NUMBER_OFFSET);
        long nextLap = expected + SessionHeaderDescriptor.SUB_BUFFER_COUNT;
        if (sequence != expected && !(mayBeReopened && sequence == nextLap)) {
            countMalformed();
        } else if (newest) {
            take(end - consumed, buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET), PacketEmitter.UNKNOWN_TIME, lost());
        } else {
            takeClosed(mayBeReopened ? PacketEmitter.UNKNOWN_TIME : buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET));
        }
    }

    private void take(long content, long claimedBegin, long claimedEnd, long claimedLost) throws IOException {
        long now = context.tscCycles().getAsLong();
        if (!emitter.emit(buffer, content, consumed / subBufferSize, claimedBegin, claimedEnd, claimedLost, now)) {
            countMalformed();
        }
    }
}
