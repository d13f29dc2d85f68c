package io.trapless.script.run;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Memory for packets, used again and again. It lies outside of the heap: megabytes that wait there would be moved by the garbage collector, a tenth of a second at a time, and the events of that time would be lost. Not for several
 * threads at once, but for {@link #allocate}; the memory itself is for any.
 */
final class PacketPool {
    /** Bytes that are kept for later: more than can wait at a time, rounded up; what is left over when sizes change is the garbage collector's to free. */
    private static final long MAX_KEPT_BYTES = 192L << 20;

    private static final int MIN_BITS = 12;

    /** Smaller packets share an allocation of so many bytes. */
    private static final int SLAB = 4 << 20;

    /** By the logarithm of the size. */
    private final List<Queue<MemorySegment>> free = new ArrayList<>();

    private final LongFunction<MemorySegment> memory;
    private long keptBytes;
    private MemorySegment slab = MemorySegment.NULL;

    /** @param memory fresh memory of so many bytes, which is freed when nobody refers to it */
    PacketPool(LongFunction<MemorySegment> memory) {
        this.memory = memory;
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

    /** Fresh memory of the size that is kept for such packets. Not for two threads at once, but it may be while another uses the rest: it can take milliseconds. */
    MemorySegment allocate(int size) {
        int rounded = 1 << bits(size);
        if (rounded >= SLAB) {
            return memory.apply(rounded);
        }
        if (slab.byteSize() < rounded) {
            slab = memory.apply(SLAB);
        }
        MemorySegment piece = slab.asSlice(0, rounded);
        slab = slab.asSlice(rounded);
        return piece;
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
