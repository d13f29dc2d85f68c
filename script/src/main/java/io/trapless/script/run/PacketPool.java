package io.trapless.script.run;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Memory for packets, used again and again. It lies outside of the heap: megabytes that wait there would be moved by the garbage collector, a tenth of a second at a time, and the events of that time would be lost. Not for several
 * threads at once; the memory itself is for any.
 */
final class PacketPool {
    /** Bytes that are kept for later: more than can wait at a time, rounded up; what is left over when sizes change is the garbage collector's to free. */
    private static final long MAX_KEPT_BYTES = 192L << 20;

    private static final int MIN_BITS = 12;

    /** By the logarithm of the size. */
    private final List<Queue<MemorySegment>> free = new ArrayList<>();

    private long keptBytes;

    PacketPool() {
        for (int bits = 0; bits < Integer.SIZE; bits++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** At least so many bytes, with anything in them; null if none are kept: then {@link #allocate}. */
    @Nullable MemorySegment take(int size) {
        MemorySegment kept = free.get(bits(size)).poll();
        keptBytes -= kept == null ? 0 : kept.byteSize();
        return kept;
    }

    /** Fresh memory of the size that is kept for such packets. For any thread: it takes milliseconds. */
    static MemorySegment allocate(int size) {
        return MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1 << bits(size)));
    }

    private static int bits(int size) {
        return Math.max(MIN_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, size) - 1));
    }

    /** Takes back memory that nobody looks at any more. */
    void give(MemorySegment memory) {
        long size = memory.byteSize();
        if (keptBytes + size <= MAX_KEPT_BYTES) {
            keptBytes += size;
            free.get(Long.numberOfTrailingZeros(size)).add(memory);
        }
    }
}
