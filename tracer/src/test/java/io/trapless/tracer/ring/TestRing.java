package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;

/** One ring in private memory. Before each access of its reader, and in the middle of each copy, the scheduler may let writers take steps. */
final class TestRing implements RingMemory {
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final UUID SESSION = new UUID(0x0123456789ABCDEFL, 0x0011223344556677L);

    final MemorySegment memory;
    final RingKind kind;
    final int subBufferSize;
    final long capacity;

    /** The machine's time stamp counter. */
    long tsc = 1_000;

    private Runnable scheduler = () -> {};

    TestRing(RingKind kind, int subBufferSize) {
        this.kind = kind;
        this.subBufferSize = subBufferSize;
        this.capacity = (long) subBufferSize * SessionHeaderDescriptor.SUB_BUFFER_COUNT;
        this.memory = Arena.ofAuto().allocate(SessionHeaderDescriptor.atomicRingStride(capacity), 8);
        set(RingDescriptor.HEAD_OFFSET, PacketDescriptor.HEADER_SIZE);
        set(RingDescriptor.LIMIT_OFFSET, subBufferSize);
        set(RingDescriptor.DATA_OFFSET + PacketDescriptor.TIMESTAMP_BEGIN_OFFSET, tsc);
    }

    void schedule(Runnable newScheduler) {
        scheduler = newScheduler;
    }

    RingId id() {
        return new RingId(kind, 0);
    }

    RingReader reader(PacketSink sink, PacketCheck check) {
        PacketEmitter emitter = new PacketEmitter(id(), SESSION, 1_000, check, sink);
        RingReader.Context context = new RingReader.Context(check, () -> tsc);
        MemorySegment buffer = Arena.ofAuto().allocate(subBufferSize, 8);
        if (kind == RingKind.RSEQ) {
            return new RseqRingReader(this, subBufferSize, context, emitter, buffer);
        }
        MemorySegment marks = Arena.ofAuto().allocate(RingDescriptor.marksSize(subBufferSize), 8);
        return new AtomicRingReader(
                this,
                subBufferSize,
                context,
                emitter,
                buffer,
                marks,
                () -> Arena.ofAuto().allocate(subBufferSize, 8));
    }

    RingReader reader(PacketSink sink) {
        return reader(sink, new PacketCheck(TestRecords.scanner(), RingConsumer.UNLIMITED));
    }

    long get(long offset) {
        return memory.get(LONG, offset);
    }

    void set(long offset, long value) {
        memory.set(LONG, offset, value);
    }

    /** Where position {@code position} lies in {@link #memory}. */
    long dataOffset(long position) {
        return RingDescriptor.DATA_OFFSET + (position & (capacity - 1));
    }

    long markOffset(long position) {
        return RingDescriptor.DATA_OFFSET + capacity + (position & (capacity - 1)) / RingDescriptor.MARK_GRANULE * 2;
    }

    @Override
    public long headAcquire() {
        scheduler.run();
        return get(RingDescriptor.HEAD_OFFSET);
    }

    @Override
    public long consumed() {
        scheduler.run();
        return get(RingDescriptor.CONSUMED_OFFSET);
    }

    @Override
    public long lost() {
        scheduler.run();
        return get(RingDescriptor.LOST_OFFSET);
    }

    @Override
    public long spoiledAt(int slot) {
        scheduler.run();
        return get(RingDescriptor.SPOILED_OFFSET + 8L * slot);
    }

    @Override
    public long lostOf(int eventId) {
        return get(RingDescriptor.LOST_BY_EVENT_OFFSET + 8L * eventId);
    }

    @Override
    public void copyData(long position, MemorySegment target, long targetOffset, long sizeBytes) {
        copyInHalves(dataOffset(position), target, targetOffset, sizeBytes, sizeBytes / 2);
    }

    @Override
    public void copyMarks(long position, MemorySegment target, long targetOffset, long count) {
        copyInHalves(markOffset(position), target, targetOffset, 2 * count, count & ~1L);
    }

    private void copyInHalves(long offset, MemorySegment target, long targetOffset, long size, long middle) {
        scheduler.run();
        MemorySegment.copy(memory, offset, target, targetOffset, middle);
        scheduler.run();
        MemorySegment.copy(memory, offset + middle, target, targetOffset + middle, size - middle);
    }

    @Override
    public void releaseConsumed(long position) {
        scheduler.run();
        set(RingDescriptor.CONSUMED_OFFSET, position);
        scheduler.run();
    }
}
