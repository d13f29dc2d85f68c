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

import io.trapless.layout.RecordDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * Checks a ring's packets, writes their headers anew from checked values, and hands them to the sink. Within a ring, the times and the loss count of successive packets never go back, whatever the target
 * wrote. The consumer's thread only.
 */
final class PacketEmitter {
    /** Stands for a time that nobody claims. */
    static final long UNKNOWN_TIME = -1;

    /** Stands for the number behind that of the ring's last packet: none has been lost. */
    static final long NEXT_PACKET = -1;

    static final long LOW_48 = (1L << 48) - 1;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private final RingId ring;
    private final UUID uuid;
    private final PacketCheck check;
    private final PacketSink sink;
    private long previousEnd;
    private long discarded;
    private long packets;
    private long events;
    private long bytes;

    /** {@code sessionBegin}: TSC cycles; no packet begins earlier. */
    PacketEmitter(RingId ring, UUID uuid, long sessionBegin, PacketCheck check, PacketSink sink) {
        this.ring = ring;
        this.uuid = uuid;
        this.previousEnd = sessionBegin;
        this.check = check;
        this.sink = sink;
    }

    /**
     * Checks the records of {@code packet} and emits it, cut behind the last good one. A packet that holds no record and tells of no new loss is left out.
     *
     * @param packet private memory of one sub-buffer; its records are written, its header is not
     * @param contentBytes end of the last record
     * @param sequenceNumber of the packet in its ring, or {@link #NEXT_PACKET}
     * @param claimedBegin,claimedEnd TSC cycles as the writers say, or {@link #UNKNOWN_TIME}
     * @param claimedLost the ring's loss count as the writers say
     * @param now TSC cycles read after the packet was copied
     * @return whether all of it was good
     */
    boolean emit(
            MemorySegment packet,
            long contentBytes,
            long sequenceNumber,
            long claimedBegin,
            long claimedEnd,
            long claimedLost,
            long now)
            throws IOException {
        long lost = Math.max(discarded, claimedLost);
        if (check.limitReached() || (contentBytes <= HEADER_SIZE && lost == discarded)) {
            return true;
        }
        long notBefore = notBefore(packet, contentBytes, claimedBegin, now);
        check.check(packet, HEADER_SIZE, contentBytes, notBefore, now);
        if (check.records() > 0 || lost != discarded) {
            long begin = claimedBegin == notBefore ? notBefore : check.firstTimestamp();
            long end = claimedEnd <= now ? Math.max(claimedEnd, check.lastTimestamp()) : check.lastTimestamp();
            writeHeader(packet, sequenceNumber == NEXT_PACKET ? packets : sequenceNumber, begin, end, lost);
            sink.accept(ring, packet.asSlice(0, check.goodEnd()), check.records());
            previousEnd = end;
            discarded = lost;
            packets++;
            events += check.records();
            bytes += check.goodEnd() - HEADER_SIZE;
        }
        return !check.malformed();
    }

    /** The time from which the packet's 48-bit times count: what the writers claim if that can be, else the time of its first record if that can be. */
    private long notBefore(MemorySegment packet, long contentBytes, long claimedBegin, long now) {
        if (claimedBegin >= previousEnd && claimedBegin <= now) {
            return claimedBegin;
        }
        if (contentBytes < HEADER_SIZE + RecordDescriptor.HEADER_SIZE) {
            return previousEnd;
        }
        long first = now - ((now - (packet.get(LONG, HEADER_SIZE + RecordDescriptor.ID_OFFSET) >>> 16)) & LOW_48);
        return Math.max(first, previousEnd);
    }

    private void writeHeader(MemorySegment packet, long sequenceNumber, long begin, long end, long lost) {
        packet.set(INT, MAGIC_OFFSET, CTF_MAGIC);
        packet.set(BIG_ENDIAN_LONG, UUID_OFFSET, uuid.getMostSignificantBits());
        packet.set(BIG_ENDIAN_LONG, UUID_OFFSET + 8, uuid.getLeastSignificantBits());
        packet.set(INT, STREAM_ID_OFFSET, 0);
        packet.set(LONG, TIMESTAMP_BEGIN_OFFSET, begin);
        packet.set(LONG, TIMESTAMP_END_OFFSET, end);
        packet.set(LONG, CONTENT_SIZE_OFFSET, 8 * check.goodEnd());
        packet.set(LONG, PACKET_SIZE_OFFSET, 8 * check.goodEnd());
        packet.set(LONG, SEQUENCE_NUMBER_OFFSET, sequenceNumber);
        packet.set(LONG, EVENTS_DISCARDED_OFFSET, lost);
        packet.set(INT, CPU_ID_OFFSET, ring.cpu());
        packet.set(INT, RING_KIND_OFFSET, ring.kind().code());
    }

    /** Events that this ring has lost, as told by its last packet. */
    long discarded() {
        return discarded;
    }

    /** TSC cycles at which the last packet ended, or the session began. */
    long previousEnd() {
        return previousEnd;
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
