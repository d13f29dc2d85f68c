package io.trapless.trace.ctf;

import io.trapless.trace.ctf.Metadata.Block;
import io.trapless.trace.ctf.TraceException.Reason;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Metadata, understood: the schema, and where everything lies in the stream files.
 *
 * @param streams by stream id
 */
record TraceLayout(TraceSchema schema, HeaderLayout packetHeader, Map<Long, StreamLayout> streams) {
    private static final UUID NO_UUID = new UUID(0, 0);

    /** The alignment that the beginning of a packet is known to have. */
    private static final int PACKET_ALIGN_BITS = 4096;

    static TraceLayout of(Metadata metadata) throws TraceException {
        Block trace = metadata.trace();
        if (!trace.text("byte_order", "le").equals("le")) {
            throw TraceException.unsupported("big-endian numbers");
        }
        HeaderLayout packetHeader = HeaderLayout.of(trace.struct("packet.header"), 0, PACKET_ALIGN_BITS);
        Map<Long, StreamLayout> streams = streams(metadata, packetHeader.sizeBytes());
        List<EventType> events = events(metadata, streams);
        try {
            UUID uuid = trace.values.containsKey("uuid") ? UUID.fromString(trace.text("uuid", "")) : NO_UUID;
            TraceSchema schema = new TraceSchema(uuid, clock(metadata), metadata.environment(), events);
            return new TraceLayout(schema, packetHeader, streams);
        } catch (IllegalArgumentException e) {
            throw new TraceException(
                    Reason.DAMAGED, "The trace's metadata contradicts itself: " + e.getMessage() + ".", e);
        }
    }

    boolean hasUuid() {
        return !schema.uuid().equals(NO_UUID) && packetHeader.arrays().containsKey("uuid");
    }

    private static Map<Long, StreamLayout> streams(Metadata metadata, int packetHeaderSize) throws TraceException {
        Map<Long, StreamLayout> streams = new HashMap<>();
        for (Block block : metadata.streams()) {
            HeaderLayout packetContext =
                    HeaderLayout.of(block.struct("packet.context"), packetHeaderSize, PACKET_ALIGN_BITS);
            HeaderLayout eventHeader = HeaderLayout.of(block.struct("event.header"), 0, Byte.SIZE);
            HeaderLayout eventContext = HeaderLayout.of(block.struct("event.context"), 0, Byte.SIZE);
            streams.put(block.number("id", 0), new StreamLayout(packetContext, eventHeader, eventContext));
        }
        return streams;
    }

    private static List<EventType> events(Metadata metadata, Map<Long, StreamLayout> streams) throws TraceException {
        List<EventType> events = new ArrayList<>(metadata.events().size());
        for (Block block : metadata.events()) {
            StreamLayout stream = streams.get(block.number("stream_id", 0));
            if (stream == null) {
                throw new TraceException(
                        Reason.DAMAGED, "The trace's metadata has an event in a stream that it does not declare.");
            }
            EventType event = event(block);
            if (stream.recordHeaderSize == 0 && event.payloadSizeBytes() == 0) {
                throw TraceException.unsupported("an event without a byte");
            }
            stream.add(event);
            events.add(event);
        }
        return events;
    }

    private static EventType event(Block block) throws TraceException {
        if (block.type("context") != null) {
            throw TraceException.unsupported("an event with a context of its own");
        }
        long id = block.number("id", 0);
        String name = block.text("name", "event" + id);
        if (id < 0 || id > EventType.MAX_ID) {
            throw TraceException.unsupported("an event with the id " + Long.toUnsignedString(id));
        }
        PayloadTypes payload = PayloadTypes.of(name, block.struct("fields"));
        List<FieldType> fields = payload.fields();
        try {
            return new EventType((int) id, name, pid(block.text("model.emf.uri", "")), fields, payload.faultable());
        } catch (IllegalArgumentException e) {
            throw new TraceException(
                    Reason.DAMAGED, "The trace's metadata contradicts itself: " + e.getMessage() + ".", e);
        }
    }

    private static int pid(String uri) {
        if (!uri.startsWith(MetadataWriter.PID_URI)) {
            return EventType.NO_PID;
        }
        try {
            return Integer.parseInt(uri.substring(MetadataWriter.PID_URI.length()));
        } catch (NumberFormatException _) {
            return EventType.NO_PID;
        }
    }

    /** The clock that the timestamps are mapped to, or the first; nanoseconds since 1970 if there is none. */
    private static TraceClock clock(Metadata metadata) {
        String name = clockName(metadata);
        Block chosen =
                metadata.clocks().isEmpty() ? new Block() : metadata.clocks().getFirst();
        for (Block clock : metadata.clocks()) {
            if (clock.text("name", "").equals(name)) {
                chosen = clock;
            }
        }
        long frequencyHz = chosen.number("freq", 1_000_000_000L);
        long offset = chosen.number("offset", 0);
        if (frequencyHz <= 0) {
            throw new IllegalArgumentException("a clock of " + frequencyHz + " Hz");
        }
        return new TraceClock(
                frequencyHz,
                chosen.number("offset_s", 0) + Math.floorDiv(offset, frequencyHz),
                Math.floorMod(offset, frequencyHz));
    }

    private static @Nullable String clockName(Metadata metadata) {
        for (Block stream : metadata.streams()) {
            for (CtfType.Member member : stream.struct("event.header").members()) {
                if (member.type() instanceof CtfType.Int integer
                        && !integer.clock().isEmpty()) {
                    return integer.clock();
                }
            }
        }
        return null;
    }
}
