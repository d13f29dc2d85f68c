package io.trapless.trace.ctf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where an integer lies in a header, and how to read it.
 *
 * @param offset from the beginning of the header, bytes
 * @param sizeBytes 1 to 8; {@link #ABSENT}'s 0 reads as 0
 */
record IntAccess(int offset, int sizeBytes, boolean signed) {
    static final IntAccess ABSENT = new IntAccess(0, 0, false);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    boolean isPresent() {
        return sizeBytes > 0;
    }

    long read(MemorySegment segment, long base) {
        return switch (sizeBytes) {
            case 0 -> 0;
            case 4 -> signed ? segment.get(INT, base + offset) : segment.get(INT, base + offset) & 0xFFFFFFFFL;
            case 8 -> segment.get(LONG, base + offset);
            default -> readBytes(segment, base + offset);
        };
    }

    private long readBytes(MemorySegment segment, long first) {
        long value = 0;
        for (int i = sizeBytes - 1; i >= 0; i--) {
            value = value << 8 | (segment.get(ValueLayout.JAVA_BYTE, first + i) & 0xFF);
        }
        int unused = Long.SIZE - sizeBytes * Byte.SIZE;
        return signed ? value << unused >> unused : value;
    }
}
