package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.RingDescriptor.MARK_GRANULE;

import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ring whose writers reserve by compare-and-exchange and commit each record by a mark. Below {@code head} lie committed records, pads, and <em>holes</em>: places whose writer has
 * not committed yet, or never will. A hole holds the reader up, for its writer may still write there, and a released place is written again; only when no writer lives any more, or the
 * session says that none stands in a trampoline, are holes skipped, granule by granule, up to the next mark of the lap.
 *
 * <p>Where writers overwrite, nothing waits for a hole; a sub-buffer into which a late writer has written is dropped whole, and what it held counted as lost.
 *
 * <p>Records are packed into a packet in the order of their positions, which is that of their times.
 */
final class AtomicRingReader extends RingReader {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final MemorySegment data;
    private final MemorySegment marks;
    private final Supplier<MemorySegment> packetSupplier;
    private @Nullable MemorySegment packet;

    private long cursor = HEADER_SIZE;
    private long packed = HEADER_SIZE;
    private boolean inGarbage;
    private boolean inSkippedHole;
    private boolean malformed;

    /** The sub-buffer that was copied is not to be relied on. */
    private boolean spoiled;

    private long holes;
    private volatile boolean blocked;

    /** Holes below this position have no writer any more. */
    private volatile long skipHolesBelow;

    /**
     * All three are private memory.
     *
     * @param data one sub-buffer, may be shared by the readers of a thread
     * @param marks 2 bytes for each granule of a sub-buffer, may be shared
     * @param packetSupplier gives one sub-buffer, this reader's own: a packet grows over several polls; asked when the first record comes
     */
    AtomicRingReader(
            RingMemory memory,
            int subBufferSize,
            Context context,
            PacketEmitter emitter,
            MemorySegment data,
            MemorySegment marks,
            Supplier<MemorySegment> packetSupplier) {
        super(RingKind.ATOMIC, memory, subBufferSize, context, emitter);
        this.data = data;
        this.marks = marks;
        this.packetSupplier = packetSupplier;
    }

    @Override
    void beginAt(long position) {
        super.beginAt(position);
        cursor = position + HEADER_SIZE;
    }

    @Override
    boolean poll() throws IOException {
        long head = memory.headAcquire();
        if (!headCheck.accepts(head, consumed + capacity)) {
            head = headCheck.lastGood();
        }
        boolean taken = false;
        while (cursor < head) {
            walk(Math.min(head, consumed + subBufferSize));
            if (cursor < consumed + subBufferSize) {
                break;
            }
            emit(PacketEmitter.NEXT_PACKET, PacketEmitter.UNKNOWN_TIME);
            consumed += subBufferSize;
            cursor = consumed + HEADER_SIZE;
            memory.releaseConsumed(consumed);
            taken = true;
        }
        return taken;
    }

    @Override
    void flush() throws IOException {
        poll();
        emit(PacketEmitter.NEXT_PACKET, PacketEmitter.UNKNOWN_TIME);
    }

    @Override
    void drain() throws IOException {
        skipHolesBelow = Long.MAX_VALUE;
        flush();
    }

    @Override
    void skipPresentHoles() {
        skipHolesBelow = memory.headAcquire();
    }

    @Override
    boolean isBlockedByHole() {
        return blocked;
    }

    @Override
    long holes() {
        return holes;
    }

    /** Moves the cursor over what is committed below {@code end}, which lies in the cursor's sub-buffer or is its end. */
    private void walk(long end) throws IOException {
        long skipBelow = skipHolesBelow;
        if (cursor >= skipBelow && !inGarbage) {
            // The usual reason to wait costs two bytes, not a copy of all that lies behind it.
            memory.copyMarks(cursor, marks, 0, 1);
            if (!isCommitted(0)) {
                blocked = true;
                return;
            }
        }
        long start = cursor;
        long size = end - start;
        // Marks first: what is marked in our copy is complete in the data that is copied after it.
        memory.copyMarks(start, marks, 0, size / MARK_GRANULE);
        memory.copyData(start, data, 0, size);
        walkCopy(start, end, skipBelow);
    }

    /** Goes over the copy of {@code [start, end)} from the cursor on. */
    private void walkCopy(long start, long end, long skipBelow) {
        blocked = false;
        while (cursor < end) {
            long offset = cursor - start;
            if (isCommitted(offset / MARK_GRANULE)) {
                inSkippedHole = false;
                inGarbage = false;
                take(offset, end - start);
            } else if (inGarbage) {
                cursor += MARK_GRANULE;
            } else if (cursor < skipBelow) {
                holes += inSkippedHole ? 0 : 1;
                inSkippedHole = true;
                cursor += MARK_GRANULE;
            } else {
                blocked = true;
                return;
            }
        }
    }

    @Override
    void copySubBuffer(long end) throws IOException {
        long size = end - consumed - HEADER_SIZE;
        memory.copyMarks(consumed + HEADER_SIZE, marks, 0, size / MARK_GRANULE);
        memory.copyData(consumed + HEADER_SIZE, data, 0, size);
        long lateWriter = memory.spoiledAt((int) (consumed / subBufferSize % SessionHeaderDescriptor.SUB_BUFFER_COUNT));
        spoiled = lateWriter > consumed && lateWriter <= consumed + capacity;
    }

    /** Counts what a copied sub-buffer held. */
    private void drop(long start, long end) {
        for (cursor = start; cursor < end; cursor += MARK_GRANULE) {
            if (isCommitted((cursor - start) / MARK_GRANULE)) {
                countDropped();
            }
        }
    }

    @Override
    void takeSubBuffer(long end, boolean newest, boolean mayBeReopened, HeadHistory history) throws IOException {
        long start = consumed + HEADER_SIZE;
        if (spoiled) {
            drop(start, end);
            return;
        }
        cursor = start;
        long begin = notBefore(history.before(start));
        for (HeadHistory.Sighting cut : history.between(start, end)) {
            if (cursor < cut.position()) {
                walkCopy(start, cut.position(), Long.MAX_VALUE);
            }
            emit(snapshotSequence(), begin);
            begin = notBefore(cut.lastCycles());
        }
        walkCopy(start, end, Long.MAX_VALUE);
        emit(snapshotSequence(), begin);
    }

    private boolean isCommitted(long granule) {
        return (marks.get(SHORT, 2 * granule) & 0xFFFF) == RingDescriptor.lapMark(cursor, capacity);
    }

    private void take(long offset, long limit) {
        if ((data.get(SHORT, offset + RecordDescriptor.ID_OFFSET) & 0xFFFF) == RingDescriptor.PAD_ID) {
            cursor = consumed + subBufferSize;
            return;
        }
        int recordSize = context.check().recordSize(data, offset, limit);
        if (recordSize < 0) {
            malformed = true;
            inGarbage = true;
            cursor += MARK_GRANULE;
            return;
        }
        cursor += (recordSize + MARK_GRANULE - 1L) & -MARK_GRANULE;
        MemorySegment.copy(data, offset, packet(), packed, recordSize);
        packed += recordSize;
    }

    private MemorySegment packet() {
        MemorySegment present = packet;
        if (present == null) {
            present = packetSupplier.get();
            packet = present;
        }
        return present;
    }

    private void emit(long sequenceNumber, long begin) throws IOException {
        long lost = lost();
        if (packed > HEADER_SIZE || lost != emitter.discarded()) {
            malformed |= !emitter.emit(
                    packet(),
                    packed,
                    sequenceNumber,
                    begin,
                    PacketEmitter.UNKNOWN_TIME,
                    lost,
                    context.tscCycles().getAsLong());
        }
        if (malformed) {
            countMalformed();
        }
        packed = HEADER_SIZE;
        malformed = false;
    }
}
