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

    /** Bytes of the sub-buffer at {@link #consumed} that have been taken already, its header included. */
    private long taken = HEADER_SIZE;

    /** TSC before the last {@link #flush}: what has not been taken is younger. */
    private long flushedCycles = PacketEmitter.UNKNOWN_TIME;

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
        copyUntaken(subBufferSize);
        long content = closedContent();
        // A scribbled size may lie before what is known to hold records.
        take(
                HEADER_SIZE + Math.max(0, content - taken),
                PacketEmitter.NEXT_PACKET,
                begin(),
                buffer.get(LONG, TIMESTAMP_END_OFFSET),
                closedLost());
        consumed += subBufferSize;
        taken = HEADER_SIZE;
        memory.releaseConsumed(consumed);
    }

    /** Copies the header of the sub-buffer at {@link #consumed}, and behind it the records that have not been taken yet, up to {@code content} bytes of the sub-buffer. */
    private void copyUntaken(long content) throws IOException {
        if (taken == HEADER_SIZE) {
            memory.copyData(consumed, buffer, 0, content);
        } else {
            memory.copyData(consumed, buffer, 0, HEADER_SIZE);
            if (content > taken) {
                memory.copyData(consumed + taken, buffer, HEADER_SIZE, content - taken);
            }
        }
    }

    /** Where the records of a closed sub-buffer end, as its header says. */
    private long closedContent() {
        long contentBits = buffer.get(LONG, CONTENT_SIZE_OFFSET);
        boolean plausible =
                (contentBits & 7) == 0 && contentBits >= 8L * HEADER_SIZE && contentBits <= 8 * subBufferSize;
        // A scribbled size: what scans as records is kept.
        return plausible ? contentBits / 8 : subBufferSize;
    }

    private long closedLost() {
        return Math.min(buffer.get(LONG, EVENTS_DISCARDED_OFFSET), lost());
    }

    /** When the records that have not been taken yet began to be written. */
    private long begin() {
        return Math.max(buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET), notBefore(flushedCycles));
    }

    @Override
    void flush() throws IOException {
        long now = context.tscCycles().getAsLong();
        poll();
        long content = headCheck.lastGood() - consumed;
        if (content < taken || content > subBufferSize) {
            return;
        }
        copyUntaken(content);
        take(HEADER_SIZE + content - taken, PacketEmitter.NEXT_PACKET, begin(), PacketEmitter.UNKNOWN_TIME, lost());
        taken = content;
        flushedCycles = now;
    }

    @Override
    void drain() throws IOException {
        flush();
    }

    @Override
    void copySubBuffer(long end) throws IOException {
        memory.copyData(consumed, buffer, 0, end - consumed);
    }

    @Override
    void takeSubBuffer(long end, boolean newest, boolean mayBeReopened, HeadHistory history) throws IOException {
        long expected = consumed / subBufferSize;
        long sequence = buffer.get(LONG, SEQUENCE_NUMBER_OFFSET);
        long nextLap = expected + SessionHeaderDescriptor.SUB_BUFFER_COUNT;
        if (sequence != expected && !(mayBeReopened && sequence == nextLap)) {
            countMalformed();
            return;
        }
        long content = newest ? end - consumed : closedContent();
        long known = notBefore(history.before(consumed + HEADER_SIZE));
        long begin = mayBeReopened ? known : Math.max(known, buffer.get(LONG, TIMESTAMP_BEGIN_OFFSET));
        long lost = newest ? lost() : closedLost();
        long pieceStart = HEADER_SIZE;
        for (HeadHistory.Sighting cut : history.between(consumed + HEADER_SIZE, consumed + content)) {
            long pieceEnd = cut.position() - consumed;
            takePiece(pieceStart, pieceEnd, begin, PacketEmitter.UNKNOWN_TIME, lost);
            pieceStart = pieceEnd;
            begin = notBefore(cut.lastCycles());
        }
        long claimedEnd = newest ? PacketEmitter.UNKNOWN_TIME : buffer.get(LONG, TIMESTAMP_END_OFFSET);
        takePiece(pieceStart, content, begin, claimedEnd, lost);
    }

    /** Emits {@code [from, to)} of the copied sub-buffer as a packet of its own. */
    private void takePiece(long from, long to, long begin, long claimedEnd, long lost) throws IOException {
        long size = Math.max(0, to - from);
        if (from > HEADER_SIZE) {
            MemorySegment.copy(buffer, from, buffer, HEADER_SIZE, size);
        }
        take(HEADER_SIZE + size, snapshotSequence(), begin, claimedEnd, lost);
    }

    private void take(long content, long sequenceNumber, long claimedBegin, long claimedEnd, long claimedLost)
            throws IOException {
        long now = context.tscCycles().getAsLong();
        if (!emitter.emit(buffer, content, sequenceNumber, claimedBegin, claimedEnd, claimedLost, now)) {
            countMalformed();
        }
    }
}
