package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.CONTENT_SIZE_OFFSET;
import static io.trapless.layout.PacketDescriptor.CPU_ID_OFFSET;
import static io.trapless.layout.PacketDescriptor.CTF_MAGIC;
import static io.trapless.layout.PacketDescriptor.EVENTS_DISCARDED_OFFSET;
import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.PacketDescriptor.MAGIC_OFFSET;
import static io.trapless.layout.PacketDescriptor.PACKET_SIZE_OFFSET;
import static io.trapless.layout.PacketDescriptor.RING_KIND_OFFSET;
import static io.trapless.layout.PacketDescriptor.SEQUENCE_NUMBER_OFFSET;
import static io.trapless.layout.PacketDescriptor.STREAM_ID_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_BEGIN_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_END_OFFSET;
import static io.trapless.layout.PacketDescriptor.UUID_OFFSET;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * Writes the header of a ring's packets from checked values and hands them to the sink. Within a ring, the times and the loss count of successive packets never go back, whatever the target
 * wrote. The consumer's thread only.
 */
final class PacketEmitter {
    /** Stands for a time that nobody claims. */
    static final long UNKNOWN_TIME = -1;

    private static final long LOW_48 = (1L << 48) - 1;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private final RingId ring;
    private final UUID uuid;
    private final PacketSink sink;
    private long previousEnd;
    private long discarded;
    private long packets;
    private long events;
    private long bytes;

    /** {@code sessionBegin}: TSC cycles; no packet begins earlier. */
    PacketEmitter(RingId ring, UUID uuid, long sessionBegin, PacketSink sink) {
        this.ring = ring;
        this.uuid = uuid;
        this.previousEnd = sessionBegin;
        this.sink = sink;
    }

    /**
     * Emits {@code packet} cut to {@code contentBytes}. A packet that holds no record and tells of no new loss is left out.
     *
     * @param claimedBegin,claimedEnd TSC cycles as the writers say, or {@link #UNKNOWN_TIME}
     * @param claimedLost the ring's loss count as the writers say
     * @param now TSC cycles read after the packet was copied
     */
    void emit(
            MemorySegment packet,
            long contentBytes,
            long sequenceNumber,
            long claimedBegin,
            long claimedEnd,
            long claimedLost,
            PacketTally tally,
            long now)
            throws IOException {
        long lost = Math.max(discarded, claimedLost);
        if (tally.records() == 0 && lost == discarded) {
            return;
        }
        long begin = begin(claimedBegin, tally, now);
        long end = end(begin, claimedEnd, tally, now);
        packet.set(INT, MAGIC_OFFSET, CTF_MAGIC);
        packet.set(BIG_ENDIAN_LONG, UUID_OFFSET, uuid.getMostSignificantBits());
        packet.set(BIG_ENDIAN_LONG, UUID_OFFSET + 8, uuid.getLeastSignificantBits());
        packet.set(INT, STREAM_ID_OFFSET, 0);
        packet.set(LONG, TIMESTAMP_BEGIN_OFFSET, begin);
        packet.set(LONG, TIMESTAMP_END_OFFSET, end);
        packet.set(LONG, CONTENT_SIZE_OFFSET, 8 * contentBytes);
        packet.set(LONG, PACKET_SIZE_OFFSET, 8 * contentBytes);
        packet.set(LONG, SEQUENCE_NUMBER_OFFSET, sequenceNumber);
        packet.set(LONG, EVENTS_DISCARDED_OFFSET, lost);
        packet.set(INT, CPU_ID_OFFSET, ring.cpu());
        packet.set(INT, RING_KIND_OFFSET, ring.kind().code());
        sink.accept(ring, packet.asSlice(0, contentBytes), tally.records());
        previousEnd = end;
        discarded = lost;
        packets++;
        events += tally.records();
        bytes += contentBytes - HEADER_SIZE;
    }

    private long begin(long claimed, PacketTally tally, long now) {
        if (claimed >= previousEnd && claimed <= now) {
            return claimed;
        }
        if (tally.records() == 0) {
            return previousEnd;
        }
        long first = now - ((now - (tally.firstHeader() >>> 16)) & LOW_48);
        return Math.max(first, previousEnd);
    }

    private static long end(long begin, long claimed, PacketTally tally, long now) {
        long end = claimed >= begin && claimed <= now ? claimed : begin;
        if (tally.records() > 0) {
            long last = begin + (((tally.lastHeader() >>> 16) - begin) & LOW_48);
            end = last <= now ? Math.max(end, last) : end;
        }
        return end;
    }

    /** Events that this ring has lost, as told by its last packet. */
    long discarded() {
        return discarded;
    }

    long packets() {
        return packets;
    }

    long events() {
        return events;
    }

    /** Bytes of records, packet headers not counted. */
    long bytes() {
        return bytes;
    }
}
