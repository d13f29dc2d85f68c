package io.trapless.trace.ctf;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of packets of one ring that have been checked and are still in memory, as {@link TraceReader} walks those of a file. It is moved from packet to packet; nothing is allocated for a record. For one thread.
 */
public final class PacketCursor {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long MASK_48 = (1L << 48) - 1;

    private static final int TID_OFFSET = 8;
    private static final int PID_OFFSET = TID_OFFSET + 4;

    private final Events events;
    private MemorySegment packet = MemorySegment.NULL;
    private int cpu;
    private long offset;
    private long next;
    private long end;
    private long tsc;

    /** The kinds of events that packets may hold: shared by the cursors of one thread. */
    public static final class Events {
        private final RecordSizes sizes = new RecordSizes(PacketScanner.RECORD_HEADER_SIZE);
        private final @Nullable EventType[] types = new EventType[EventType.MAX_ID + 2];

        /** Lets an id be known from now on. */
        public void add(EventType event) {
            types[event.id()] = event;
            sizes.add(event);
        }
    }

    public PacketCursor(Events events) {
        this.events = events;
    }

    /** Moves before the first record of a packet. */
    public void open(MemorySegment newPacket, int newCpu) {
        packet = newPacket;
        cpu = newCpu;
        next = PacketHeader.SIZE_BYTES;
        end = newPacket.byteSize();
        tsc = newPacket.get(LONG, PacketHeader.TIMESTAMP_BEGIN_OFFSET);
    }

    /** Moves to the next record; false at the packet's end, and at a record that nobody knows. */
    public boolean advance() {
        if (end - next < PacketScanner.RECORD_HEADER_SIZE) {
            return false;
        }
        long header = packet.get(LONG, next);
        int size = events.sizes.sizeOf((int) header & 0xFFFF, packet, next, end);
        if (size < 0) {
            return false;
        }
        offset = next;
        next += size;
        tsc += ((header >>> 16) - tsc) & MASK_48;
        return true;
    }

    /** Time of the current record, TSC cycles. */
    public long tsc() {
        return tsc;
    }

    /** Id of the current record. */
    public int id() {
        return (int) packet.get(LONG, offset) & 0xFFFF;
    }

    /** Points {@code event} at the current record. */
    public void show(EventRecord event) {
        EventType type = events.types[id()];
        if (type == null) {
            throw new IllegalStateException("no record");
        }
        int tid = packet.get(INT, offset + TID_OFFSET);
        int pid = packet.get(INT, offset + PID_OFFSET);
        // a forked child whose number nobody has told it yet: its first thread has the same
        event.wrap(
                type,
                packet,
                offset + PacketScanner.RECORD_HEADER_SIZE,
                tsc,
                cpu,
                tid,
                pid == EventType.NO_PID ? tid : pid);
    }
}
