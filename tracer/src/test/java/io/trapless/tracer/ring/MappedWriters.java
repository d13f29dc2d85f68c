package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.CONTENT_SIZE_OFFSET;
import static io.trapless.layout.PacketDescriptor.EVENTS_DISCARDED_OFFSET;
import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.PacketDescriptor.SEQUENCE_NUMBER_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_BEGIN_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_END_OFFSET;
import static io.trapless.layout.RingDescriptor.CONSUMED_OFFSET;
import static io.trapless.layout.RingDescriptor.DATA_OFFSET;
import static io.trapless.layout.RingDescriptor.HEAD_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_BY_EVENT_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_OFFSET;

import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** Writers at full speed in real threads, on the file as a target maps it. */
final class MappedWriters {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final ValueLayout.OfLong UNALIGNED = ValueLayout.JAVA_LONG_UNALIGNED;

    private MappedWriters() {}

    static MemorySegment mapRing(SessionFile file, RingId ring) throws IOException {
        RingGeometry geometry = file.geometry();
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = DATA_OFFSET + geometry.capacityBytes() + RingDescriptor.marksSize(geometry.capacityBytes());
            long end = geometry.fileSizeBytes() - geometry.ringOffset(ring);
            return channel.map(
                    FileChannel.MapMode.READ_WRITE, geometry.ringOffset(ring), Math.min(size, end), Arena.ofAuto());
        }
    }

    /** The only writer of an rseq ring: without another thread on its CPU no sequence is ever aborted. Records are plain. */
    static final class Single {
        private final MemorySegment ring;
        private final long size;
        private final long capacity;
        private final boolean block;
        private long head = HEADER_SIZE;
        private long limit;
        long lost;

        Single(MemorySegment ring, RingGeometry geometry) {
            this.ring = ring;
            this.size = geometry.subBufferSizeBytes();
            this.capacity = geometry.capacityBytes();
            this.block = geometry.mode() == RecordingMode.BLOCK;
            this.limit = size;
        }

        void write(long sequence, long tsc) {
            while (head + TestRecords.PLAIN_SIZE > limit) {
                if (!open(tsc) && !block) {
                    countLoss();
                    return;
                }
            }
            long at = DATA_OFFSET + (head & (capacity - 1));
            ring.set(UNALIGNED, at, RecordDescriptor.header(TestRecords.PLAIN, tsc));
            ring.set(ValueLayout.JAVA_INT_UNALIGNED, at + 8, 77);
            ring.set(UNALIGNED, at + RecordDescriptor.HEADER_SIZE, sequence);
            head += TestRecords.PLAIN_SIZE;
            LONG.setRelease(ring, (long) HEAD_OFFSET, head);
        }

        private boolean open(long tsc) {
            if (limit + size - (long) LONG.getAcquire(ring, (long) CONSUMED_OFFSET) > capacity) {
                Thread.onSpinWait();
                return false;
            }
            long old = DATA_OFFSET + (limit - size & (capacity - 1));
            long fresh = DATA_OFFSET + (limit & (capacity - 1));
            ring.set(UNALIGNED, old + TIMESTAMP_END_OFFSET, tsc);
            ring.set(UNALIGNED, old + CONTENT_SIZE_OFFSET, 8 * (head - (limit - size)));
            ring.set(UNALIGNED, old + EVENTS_DISCARDED_OFFSET, lost);
            ring.set(UNALIGNED, fresh + TIMESTAMP_BEGIN_OFFSET, tsc);
            ring.set(UNALIGNED, fresh + SEQUENCE_NUMBER_OFFSET, limit / size);
            head = limit + HEADER_SIZE;
            limit += size;
            LONG.setRelease(ring, (long) HEAD_OFFSET, head);
            return true;
        }

        private void countLoss() {
            lost++;
            LONG.setRelease(ring, LOST_BY_EVENT_OFFSET + 8L * TestRecords.PLAIN, lost);
            LONG.setRelease(ring, (long) LOST_OFFSET, lost);
        }
    }

    /** Records one event into an atomic ring; false: no room, and counted. Any number of threads at once. */
    static boolean writeAtomic(MemorySegment ring, RingGeometry geometry, int tid, long sequence) {
        long capacity = geometry.capacityBytes();
        long padded = (TestRecords.sizeOf(sequence) + 7L) & -8L;
        while (true) {
            long head = (long) LONG.getAcquire(ring, (long) HEAD_OFFSET);
            long end = RingDescriptor.subBufferEnd(head, geometry.subBufferSizeBytes());
            boolean crosses = head + padded > end;
            if (crosses
                    && end + geometry.subBufferSizeBytes() - (long) LONG.getAcquire(ring, (long) CONSUMED_OFFSET)
                            > capacity) {
                LONG.getAndAdd(ring, LOST_BY_EVENT_OFFSET + 8L * TestRecords.idOf(sequence), 1L);
                LONG.getAndAdd(ring, (long) LOST_OFFSET, 1L);
                return false;
            }
            long position = crosses ? end + HEADER_SIZE : head;
            long tsc = System.nanoTime();
            if (LONG.compareAndSet(ring, (long) HEAD_OFFSET, head, position + padded)) {
                if (crosses && head != end) {
                    SHORT.set(ring, DATA_OFFSET + (head & (capacity - 1)), (short) RingDescriptor.PAD_ID);
                    mark(ring, head, capacity);
                }
                long at = DATA_OFFSET + (position & (capacity - 1));
                ring.set(UNALIGNED, at, RecordDescriptor.header(TestRecords.idOf(sequence), tsc));
                for (int part = 0; part < 3; part++) {
                    TestRecords.writePart(part, ring, at, tid, sequence);
                }
                mark(ring, position, capacity);
                return true;
            }
        }
    }

    private static void mark(MemorySegment ring, long position, long capacity) {
        long offset = DATA_OFFSET + capacity + (position & (capacity - 1)) / RingDescriptor.MARK_GRANULE * 2;
        SHORT.setRelease(ring, offset, (short) RingDescriptor.lapMark(position, capacity));
    }
}
