package io.trapless.tracer.trap;

import io.trapless.tracer.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The ring into which the kernel writes the samples of one CPU (perf_event_open(2), "MMAP layout"): a control page, then data. The kernel stores {@code data_head} behind what it wrote, and reads
 * {@code data_tail} before it writes over what was read. One thread reads.
 */
final class PerfRing implements AutoCloseable {
    /** A sample's or a loss record's place in a private copy. */
    interface Reader {
        /** {@code record} begins with its {@code struct perf_event_header}; valid during the call. */
        void read(int type, MemorySegment record);
    }

    private static final int PAGE = 4096;

    /** Pages of data, a power of two: a sample with registers takes some 200 bytes. */
    private static final int DATA_PAGES = 1024;

    private static final long HEAD_OFFSET = 1024;
    private static final long TAIL_OFFSET = 1032;
    private static final int HEADER_SIZE = 8;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final MemorySegment control;
    private final MemorySegment data;
    private final byte[] copy = new byte[1 << 16];
    private final MemorySegment record = MemorySegment.ofArray(copy);

    private PerfRing(MemorySegment memory) {
        this.memory = memory;
        this.control = memory.asSlice(0, PAGE);
        this.data = memory.asSlice(PAGE);
    }

    /**
     * Maps the ring of an event.
     *
     * @throws io.trapless.tracer.linux.LinuxException with the kernel's reason
     */
    static PerfRing of(int fd) {
        long size = (1L + DATA_PAGES) * PAGE;
        return new PerfRing(Memory.map(fd, size, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_SHARED));
    }

    /** Hands over what has come; whether anything has. */
    boolean poll(Reader reader) {
        long head = (long) LONG.getAcquire(control, HEAD_OFFSET);
        long tail = (long) LONG.get(control, TAIL_OFFSET);
        if (head == tail) {
            return false;
        }
        while (tail < head) {
            copy(tail, 0, HEADER_SIZE);
            int type = record.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            int size = record.get(ValueLayout.JAVA_SHORT_UNALIGNED, 6) & 0xFFFF;
            copy(tail + HEADER_SIZE, HEADER_SIZE, size - HEADER_SIZE);
            reader.read(type, record.asSlice(0, size));
            tail += size;
        }
        LONG.setRelease(control, TAIL_OFFSET, tail);
        return true;
    }

    private void copy(long position, int to, int size) {
        long offset = position & (data.byteSize() - 1);
        int first = (int) Math.min(size, data.byteSize() - offset);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, copy, to, first);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, copy, to + first, size - first);
    }

    @Override
    public void close() {
        Memory.unmap(memory);
    }
}
