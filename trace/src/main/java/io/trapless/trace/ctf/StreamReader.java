package io.trapless.trace.ctf;

import io.trapless.trace.ctf.TraceException.Reason;
import io.trapless.trace.event.EventRecord;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Walks the packets and records of one stream file, and stops at the first byte that can't be right. */
final class StreamReader {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long MASK_48 = (1L << 48) - 1;

    private final String name;
    private final MemorySegment file;
    private final TraceLayout trace;
    private final Consumer<Loss> onLoss;

    private @Nullable StreamLayout stream;
    private @Nullable TraceException damage;

    /** Where the open packet's context, records and successor begin; 0 before the first. */
    private long packetOffset;

    private long contentEnd;
    private long packetEnd;
    private boolean cutOff;

    private int cpu;
    private long timestampEnd;
    private long discarded;
    private boolean firstPacket = true;

    /** The current record. */
    private long recordOffset;

    private int eventId;
    private long tsc;

    /** Behind the current record. */
    private long position;

    /**
     * @param name for errors
     * @param onLoss is told of lost events when the packet that tells them is opened
     */
    StreamReader(String name, MemorySegment file, TraceLayout trace, Consumer<Loss> onLoss) {
        this.name = name;
        this.file = file;
        this.trace = trace;
        this.onLoss = onLoss;
    }

    /** Moves to the next record; false at the end and at {@link #damage}. */
    boolean advance() {
        while (position >= contentEnd) {
            if (!openNextPacket()) {
                return false;
            }
        }
        return readRecord();
    }

    /** Time of the current record, TSC cycles. */
    long tsc() {
        return tsc;
    }

    /** Why the stream ended early, or null. */
    @Nullable TraceException damage() {
        return damage;
    }

    /** Whether records have a field for the process. */
    boolean recordsPids() {
        return layout().pid.isPresent();
    }

    /** Points {@code event} at the current record. Its process is the one that the record names; {@link EventType#NO_PID} for a forked child that did not know it. Where records have no such field it is that of the event type. */
    void show(EventRecord event) {
        StreamLayout layout = layout();
        var type = layout.event(eventId);
        int tid = (int) layout.tid.read(file, recordOffset);
        int pid = layout.pid.isPresent() ? (int) layout.pid.read(file, recordOffset) : type.pid();
        event.wrap(type, file, recordOffset + layout.recordHeaderSize, tsc, cpu, tid, pid);
    }

    private StreamLayout layout() {
        StreamLayout layout = stream;
        if (layout == null) {
            throw new IllegalStateException("no packet is open");
        }
        return layout;
    }

    private boolean readRecord() {
        StreamLayout layout = layout();
        long offset = position;
        if (contentEnd - offset < layout.recordHeaderSize) {
            return endOfContent(offset);
        }
        long id;
        long time;
        if (layout.compact) {
            long header = file.get(LONG, offset);
            id = header & 0xFFFF;
            time = tsc + (((header >>> 16) - tsc) & MASK_48);
        } else {
            id = layout.id.read(file, offset);
            time = extend(layout.timestamp, offset);
        }
        if (id < 0 || id >= layout.sizes.table.length) {
            return damaged(offset, "an event has the unknown id " + Long.toUnsignedString(id));
        }
        int size = layout.sizes.sizeOf((int) id, file, offset, contentEnd);
        if (size == RecordSizes.UNKNOWN_ID) {
            return damaged(offset, "an event has the unknown id " + id);
        }
        if (size == RecordSizes.TRUNCATED) {
            return endOfContent(offset);
        }
        if (time > timestampEnd) {
            return damaged(offset, "an event's time lies behind its packet's end");
        }
        eventId = (int) id;
        recordOffset = offset;
        tsc = time;
        position = offset + size;
        return true;
    }

    private boolean endOfContent(long offset) {
        return cutOff
                ? damaged(file.byteSize(), "the file ends in the middle of a packet")
                : damaged(offset, "an event reaches beyond its packet's end");
    }

    private long extend(IntAccess access, long offset) {
        if (!access.isPresent()) {
            return tsc;
        }
        long value = access.read(file, offset);
        if (access.sizeBytes() == Long.BYTES) {
            return value;
        }
        long mask = (1L << (access.sizeBytes() * Byte.SIZE)) - 1;
        return tsc + ((value - tsc) & mask);
    }

    private boolean openNextPacket() {
        if (damage != null) {
            return false;
        }
        if (cutOff) {
            return damaged(file.byteSize(), "the file ends in the middle of a packet");
        }
        packetOffset = packetEnd;
        long remaining = file.byteSize() - packetOffset;
        if (remaining == 0) {
            return false;
        }
        HeaderLayout header = trace.packetHeader();
        if (remaining < header.sizeBytes()) {
            return damaged(file.byteSize(), "the file ends in the middle of a packet");
        }
        IntAccess magic = header.integer("magic");
        if (magic.isPresent() && (int) magic.read(file, packetOffset) != PacketHeader.MAGIC) {
            return damaged(packetOffset, "there is no CTF packet");
        }
        if (trace.hasUuid() && !hasUuidOf(header)) {
            return damaged(packetOffset, "the packet belongs to another trace");
        }
        StreamLayout layout = trace.streams().get(header.integer("stream_id").read(file, packetOffset));
        if (layout == null) {
            return damaged(packetOffset, "the packet belongs to an unknown stream");
        }
        stream = layout;
        return openContext(layout, remaining);
    }

    private boolean hasUuidOf(HeaderLayout header) {
        long offset = packetOffset + header.arrays().getOrDefault("uuid", 0);
        ValueLayout.OfLong bigEndian = LONG.withOrder(ByteOrder.BIG_ENDIAN);
        var uuid = trace.schema().uuid();
        return file.get(bigEndian, offset) == uuid.getMostSignificantBits()
                && file.get(bigEndian, offset + Long.BYTES) == uuid.getLeastSignificantBits();
    }

    private boolean openContext(StreamLayout layout, long remaining) {
        long context = packetOffset + trace.packetHeader().sizeBytes();
        long headerSize = (long) trace.packetHeader().sizeBytes() + layout.packetContext.sizeBytes();
        if (remaining < headerSize) {
            return damaged(file.byteSize(), "the file ends in the middle of a packet");
        }
        long contentBits =
                layout.contentSize.isPresent() ? layout.contentSize.read(file, context) : remaining * Byte.SIZE;
        long packetBits = layout.packetSize.isPresent() ? layout.packetSize.read(file, context) : contentBits;
        if (contentBits % Byte.SIZE != 0
                || packetBits % Byte.SIZE != 0
                || contentBits < headerSize * Byte.SIZE
                || packetBits < contentBits
                || packetBits == 0) {
            return damaged(packetOffset, "a packet's size is impossible");
        }
        cutOff = packetBits / Byte.SIZE > remaining;
        packetEnd = packetOffset + packetBits / Byte.SIZE;
        contentEnd = packetOffset + Math.min(contentBits / Byte.SIZE, remaining);
        position = packetOffset + headerSize;
        cpu = (int) layout.cpuId.read(file, context);
        return openTimes(layout, context);
    }

    private boolean openTimes(StreamLayout layout, long context) {
        long begin = layout.timestampBegin.isPresent() ? layout.timestampBegin.read(file, context) : tsc;
        long end = layout.timestampEnd.isPresent() ? layout.timestampEnd.read(file, context) : Long.MAX_VALUE;
        if (begin > end) {
            return damaged(packetOffset, "a packet ends before it begins");
        }
        long now = layout.eventsDiscarded.read(file, context);
        if (now - discarded > 0) {
            onLoss.accept(new Loss(now - discarded, firstPacket ? begin : timestampEnd, end, cpu));
        }
        discarded = now;
        firstPacket = false;
        tsc = begin;
        timestampEnd = end;
        return true;
    }

    private boolean damaged(long offset, String problem) {
        contentEnd = position;
        damage = new TraceException(
                Reason.DAMAGED,
                "The trace is damaged: in " + name + " at byte " + offset + " " + problem
                        + "; all before that was read.");
        return false;
    }
}
