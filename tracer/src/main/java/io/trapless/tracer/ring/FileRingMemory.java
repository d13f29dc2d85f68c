package io.trapless.tracer.ring;

import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A ring of a {@link SessionFile}. Only the control block is mapped; data is copied by pread(2), which costs the same as a copy from a mapping, leaves the tracer's resident memory
 * small, allocates nothing for holes of the sparse file, and answers a file that the target has truncated with a short read where a mapping answers with SIGBUS.
 *
 * <p>On x86-64 loads are seen in program order, also those that the kernel does within pread(2) on behalf of this thread; the fences keep the compiler from moving ours.
 */
final class FileRingMemory implements RingMemory {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final FileChannel channel;
    private final MemorySegment control;
    private final long ringOffset;
    private final long capacity;
    private final ByteBuffer counter = ByteBuffer.allocateDirect(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);

    /** {@code control}: the ring's first page, mapped. */
    FileRingMemory(FileChannel channel, MemorySegment control, long ringOffset, long capacity) {
        this.channel = channel;
        this.control = control;
        this.ringOffset = ringOffset;
        this.capacity = capacity;
    }

    @Override
    public long headAcquire() {
        return (long) LONG.getAcquire(control, (long) RingDescriptor.HEAD_OFFSET);
    }

    @Override
    public long consumed() {
        return (long) LONG.getAcquire(control, (long) RingDescriptor.CONSUMED_OFFSET);
    }

    @Override
    public long lost() {
        return (long) LONG.getOpaque(control, (long) RingDescriptor.LOST_OFFSET);
    }

    @Override
    public long spoiledAt(int slot) {
        return (long) LONG.getOpaque(control, RingDescriptor.SPOILED_OFFSET + 8L * slot);
    }

    @Override
    public long lostOf(int eventId) throws IOException {
        counter.clear();
        read(ringOffset + RingDescriptor.LOST_BY_EVENT_OFFSET + 8L * eventId, counter);
        return counter.getLong(0);
    }

    @Override
    public void copyData(long position, MemorySegment target, long targetOffset, long sizeBytes) throws IOException {
        long offset = ringOffset + RingDescriptor.DATA_OFFSET + (position & (capacity - 1));
        read(offset, target.asSlice(targetOffset, sizeBytes).asByteBuffer());
        VarHandle.acquireFence();
    }

    @Override
    public void copyMarks(long position, MemorySegment target, long targetOffset, long count) throws IOException {
        long granule = (position & (capacity - 1)) / RingDescriptor.MARK_GRANULE;
        long offset = ringOffset + RingDescriptor.DATA_OFFSET + capacity + 2 * granule;
        read(offset, target.asSlice(targetOffset, 2 * count).asByteBuffer());
        VarHandle.acquireFence();
    }

    @Override
    public void releaseConsumed(long position) {
        LONG.setRelease(control, (long) RingDescriptor.CONSUMED_OFFSET, position);
    }

    private void read(long offset, ByteBuffer target) throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count <= 0) {
                throw new SessionFileException(
                        SessionFileException.Reason.DAMAGED,
                        "the ring file has been truncated while it was in use; end the session");
            }
            at += count;
        }
    }
}
