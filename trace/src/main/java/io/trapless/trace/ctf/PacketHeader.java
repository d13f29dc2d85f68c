package io.trapless.trace.ctf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The packet header and context in front of a packet's records, as the metadata of {@link MetadataWriter} declares them.
 *
 * @param timestampBegin TSC cycles, not after the first record
 * @param timestampEnd TSC cycles, not before the last record
 * @param contentSizeBytes this header and the records
 * @param packetSizeBytes the content and what lies unused behind it
 * @param sequenceNumber of the packet in its ring; a hole says that packets are missing
 * @param eventsDiscarded events of this ring that were lost since the session began
 * @param ringKind {@link #RING_RSEQ}, {@link #RING_ATOMIC} or {@link #RING_TRAP}
 */
public record PacketHeader(
        UUID uuid,
        long timestampBegin,
        long timestampEnd,
        long contentSizeBytes,
        long packetSizeBytes,
        long sequenceNumber,
        long eventsDiscarded,
        int cpuId,
        int ringKind) {
    public static final int MAGIC = 0xC1FC1FC1;
    public static final int RING_RSEQ = 0;
    public static final int RING_ATOMIC = 1;
    public static final int RING_TRAP = 2;

    static final int UUID_OFFSET = 4;
    static final int STREAM_ID_OFFSET = UUID_OFFSET + 16;
    static final int TIMESTAMP_BEGIN_OFFSET = STREAM_ID_OFFSET + 4;
    static final int TIMESTAMP_END_OFFSET = TIMESTAMP_BEGIN_OFFSET + 8;
    static final int CONTENT_SIZE_OFFSET = TIMESTAMP_END_OFFSET + 8;
    static final int PACKET_SIZE_OFFSET = CONTENT_SIZE_OFFSET + 8;
    static final int SEQUENCE_NUMBER_OFFSET = PACKET_SIZE_OFFSET + 8;
    static final int EVENTS_DISCARDED_OFFSET = SEQUENCE_NUMBER_OFFSET + 8;
    static final int CPU_ID_OFFSET = EVENTS_DISCARDED_OFFSET + 8;
    static final int RING_KIND_OFFSET = CPU_ID_OFFSET + 4;

    /** Bytes; records begin here. */
    public static final int SIZE_BYTES = RING_KIND_OFFSET + 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Writes all {@link #SIZE_BYTES} bytes, whatever stood there. */
    public void writeTo(MemorySegment segment, long offset) {
        segment.set(INT, offset, MAGIC);
        segment.set(BIG_ENDIAN_LONG, offset + UUID_OFFSET, uuid.getMostSignificantBits());
        segment.set(BIG_ENDIAN_LONG, offset + UUID_OFFSET + 8, uuid.getLeastSignificantBits());
        segment.set(INT, offset + STREAM_ID_OFFSET, 0);
        segment.set(LONG, offset + TIMESTAMP_BEGIN_OFFSET, timestampBegin);
        segment.set(LONG, offset + TIMESTAMP_END_OFFSET, timestampEnd);
        segment.set(LONG, offset + CONTENT_SIZE_OFFSET, contentSizeBytes * Byte.SIZE);
        segment.set(LONG, offset + PACKET_SIZE_OFFSET, packetSizeBytes * Byte.SIZE);
        segment.set(LONG, offset + SEQUENCE_NUMBER_OFFSET, sequenceNumber);
        segment.set(LONG, offset + EVENTS_DISCARDED_OFFSET, eventsDiscarded);
        segment.set(INT, offset + CPU_ID_OFFSET, cpuId);
        segment.set(INT, offset + RING_KIND_OFFSET, ringKind);
    }
}
