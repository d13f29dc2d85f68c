package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;

/** Decides whether a loaded {@code head} can come from a writer that follows the protocol. One for each ring; the consumer's thread only. */
final class HeadCheck {
    /** No session records this much; sums of positions below it do not overflow. */
    private static final long MAX_POSITION = 1L << 61;

    private final long subBufferSize;
    private final long alignment;
    private long lastGood = PacketDescriptor.HEADER_SIZE;
    private long lastRejected;
    private long rejected;

    HeadCheck(RingKind kind, long subBufferSize) {
        this.subBufferSize = subBufferSize;
        this.alignment = kind == RingKind.ATOMIC ? 8 : 1;
    }

    /** {@code highest}: the largest head that leaves no unread byte overwritten, or {@link Long#MAX_VALUE}. */
    boolean accepts(long head, long highest) {
        long inSubBuffer = head & (subBufferSize - 1);
        boolean good = head >= lastGood
                && head <= Math.min(highest, MAX_POSITION)
                && (inSubBuffer == 0 || inSubBuffer >= PacketDescriptor.HEADER_SIZE)
                && (head & (alignment - 1)) == 0;
        if (good) {
            lastGood = head;
        } else if (head != lastRejected) {
            lastRejected = head;
            rejected++;
        }
        return good;
    }

    /** The last head that was accepted. */
    long lastGood() {
        return lastGood;
    }

    /** Different impossible heads that were seen. */
    long rejected() {
        return rejected;
    }
}
