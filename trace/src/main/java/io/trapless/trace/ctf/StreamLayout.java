package io.trapless.trace.ctf;

import io.trapless.trace.event.EventType;
import org.jspecify.annotations.Nullable;

/** The packets and records of one stream class. */
final class StreamLayout {
    /** Behind the packet header. */
    final HeaderLayout packetContext;

    final IntAccess timestampBegin;
    final IntAccess timestampEnd;
    final IntAccess contentSize;
    final IntAccess packetSize;
    final IntAccess eventsDiscarded;
    final IntAccess cpuId;

    /** In a record. */
    final IntAccess id;

    final IntAccess timestamp;
    final IntAccess tid;
    final IntAccess pid;

    /** Bytes of a record before its captured values. */
    final int recordHeaderSize;

    /** The record begins with a 16-bit id and a 48-bit time, as Trapless writes them. */
    final boolean compact;

    final RecordSizes sizes;

    private final @Nullable EventType[] eventsById = new EventType[EventType.MAX_ID + 2];

    StreamLayout(HeaderLayout packetContext, HeaderLayout eventHeader, HeaderLayout eventContext) {
        this.packetContext = packetContext;
        timestampBegin = packetContext.integer("timestamp_begin");
        timestampEnd = packetContext.integer("timestamp_end");
        contentSize = packetContext.integer("content_size");
        packetSize = packetContext.integer("packet_size");
        eventsDiscarded = packetContext.integer("events_discarded");
        cpuId = packetContext.integer("cpu_id");
        id = eventHeader.integer("id");
        timestamp = eventHeader.integer("timestamp");
        tid = inRecord(
                eventHeader, eventContext.integer(eventContext.integer("tid").isPresent() ? "tid" : "vtid"));
        pid = inRecord(
                eventHeader, eventContext.integer(eventContext.integer("pid").isPresent() ? "pid" : "vpid"));
        recordHeaderSize = eventHeader.sizeBytes() + eventContext.sizeBytes();
        compact = id.equals(new IntAccess(0, Short.BYTES, false))
                && timestamp.equals(new IntAccess(Short.BYTES, 6, false));
        sizes = new RecordSizes(recordHeaderSize);
    }

    private static IntAccess inRecord(HeaderLayout eventHeader, IntAccess inContext) {
        return inContext.isPresent()
                ? new IntAccess(eventHeader.sizeBytes() + inContext.offset(), inContext.sizeBytes(), inContext.signed())
                : IntAccess.ABSENT;
    }

    void add(EventType event) {
        eventsById[event.id()] = event;
        sizes.add(event);
    }

    /** The event of an id that {@link #sizes} knows. */
    EventType event(int eventId) {
        EventType event = eventsById[eventId];
        if (event == null) {
            throw new IllegalArgumentException("event id " + eventId);
        }
        return event;
    }
}
