package io.trapless.script.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Arrays for packets, used again and again: megabytes that are made for each packet would be moved by the garbage collector, and the events of that time would be lost. Not for several threads at once. */
final class PacketPool {
    /** Bytes that are kept for later. */
    private static final long MAX_KEPT_BYTES = 64L << 20;

    private static final int MIN_BITS = 12;

    /** By the logarithm of the length. */
    private final List<Queue<byte[]>> free = new ArrayList<>();

    private long keptBytes;

    PacketPool() {
        for (int bits = 0; bits < Integer.SIZE; bits++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** An array of at least so many bytes, with anything in it. */
    byte[] take(int size) {
        int bits = Math.max(MIN_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, size) - 1));
        byte[] kept = free.get(bits).poll();
        if (kept == null) {
            return new byte[1 << bits];
        }
        keptBytes -= kept.length;
        return kept;
    }

    /** Takes back an array that nobody looks at any more. */
    void give(byte[] array) {
        if (keptBytes + array.length <= MAX_KEPT_BYTES) {
            keptBytes += array.length;
            free.get(Integer.numberOfTrailingZeros(array.length)).add(array);
        }
    }
}
