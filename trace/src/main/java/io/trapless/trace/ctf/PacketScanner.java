package io.trapless.trace.ctf;

import io.trapless.trace.event.EventType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Checks and counts the records of one packet before anyone else believes them: what a target wrote is untrusted. It allocates nothing, and a record of a fixed size costs one table
 * look-up. For one thread at a time.
 *
 * <p>After a scan, the bytes up to {@link #goodEnd} are whole records of known events whose times do not go backwards and lie between the bounds: a valid CTF packet's content.
 */
public final class PacketScanner {
    /** Bytes of a record before its captured values: u16 id, u48 timestamp, s32 tid, s32 pid. */
    public static final int RECORD_HEADER_SIZE = 16;

    /** {@link #recordSize}: no event has this id. */
    public static final int UNKNOWN_ID = RecordSizes.UNKNOWN_ID;

    /** {@link #recordSize}: the record does not end before the limit. */
    public static final int TRUNCATED = RecordSizes.TRUNCATED;

    /** What a scan found. */
    public enum Verdict {
        /** All bytes are good. */
        WHOLE,
        /** An event id that nobody has given out. */
        UNKNOWN_EVENT,
        /** The last record reaches beyond the end. */
        TRUNCATED_RECORD,
        /** A record's time lies before its predecessor's, or after the upper bound. */
        IMPOSSIBLE_TIME
    }

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int TID_OFFSET = 8;
    private static final int PID_OFFSET = 12;
    private static final long MASK_48 = (1L << 48) - 1;

    private final RecordSizes sizes = new RecordSizes(RECORD_HEADER_SIZE);
    private final RecordCounts counts = new RecordCounts();
    private long goodEnd;
    private long eventCount;
    private long firstTimestamp;
    private long lastTimestamp;

    public PacketScanner(List<EventType> events) {
        events.forEach(this::add);
    }

    /**
     * Lets another event id be known from now on. Also another thread than the scanner's may do so, before the first record with that id is written: its writer's publication of the record is what
     * the scanner's thread learns of the id by, as of the record itself.
     */
    public void add(EventType event) {
        sizes.add(event);
    }

    /**
     * Walks the records in {@code [from, to)}.
     *
     * @param segment must hold that range
     * @param notBefore TSC cycles that no record is older than: the packet's beginning; it also gives the upper 16 bits of the first record's time, so it must be less than 2^48 cycles
     *     (34 hours at 2.3 GHz) older than the first record
     * @param notAfter TSC cycles that no record is younger than: read after the ring's head was read
     */
    public Verdict scan(MemorySegment segment, long from, long to, long notBefore, long notAfter) {
        int[] table = sizes.table;
        long offset = from;
        long last = notBefore;
        long first = notBefore;
        long count = 0;
        Verdict verdict = Verdict.WHOLE;
        while (offset < to) {
            if (to - offset < RECORD_HEADER_SIZE) {
                verdict = Verdict.TRUNCATED_RECORD;
                break;
            }
            long header = segment.get(LONG, offset);
            int id = (int) header & 0xFFFF;
            int size = table[id];
            if (size <= 0) {
                size = sizes.sizeOf(id, segment, offset, to);
            }
            long time = last + (((header >>> 16) - last) & MASK_48);
            if (size < 0 || size > to - offset || time > notAfter) {
                verdict = size == UNKNOWN_ID
                        ? Verdict.UNKNOWN_EVENT
                        : size < 0 || size > to - offset ? Verdict.TRUNCATED_RECORD : Verdict.IMPOSSIBLE_TIME;
                break;
            }
            if (count == 0) {
                first = time;
            }
            counts.add(segment.get(INT, offset + PID_OFFSET), segment.get(INT, offset + TID_OFFSET), id, 1);
            count++;
            last = time;
            offset += size;
        }
        goodEnd = offset;
        eventCount = count;
        firstTimestamp = first;
        lastTimestamp = last;
        return verdict;
    }

    /**
     * Bytes of the record at {@code offset} (without padding), {@link #UNKNOWN_ID}, or {@link #TRUNCATED} if it does not end at {@code limit} or before.
     */
    public int recordSize(MemorySegment segment, long offset, long limit) {
        if (limit - offset < RECORD_HEADER_SIZE) {
            return TRUNCATED;
        }
        return sizes.sizeOf((int) segment.get(LONG, offset) & 0xFFFF, segment, offset, limit);
    }

    /** Of the last scan: offset behind the last good record; {@code from} if there is none. */
    public long goodEnd() {
        return goodEnd;
    }

    /** Of the last scan: good records. */
    public long eventCount() {
        return eventCount;
    }

    /** Of the last scan: full TSC of the first good record; {@code notBefore} if there is none. */
    public long firstTimestamp() {
        return firstTimestamp;
    }

    /** Of the last scan: full TSC of the last good record; {@code notBefore} if there is none. */
    public long lastTimestamp() {
        return lastTimestamp;
    }

    /** Good records of {@code id} in all scans so far, without those that were taken back. */
    public long countOf(int id) {
        return counts.of(id);
    }

    /** Of them, those of one process; what a target says of itself. */
    public long countOf(int id, int pid) {
        return counts.of(id, pid);
    }

    /** Takes the good record at {@code offset} of the last scan out of the counts again. */
    public void takeBack(MemorySegment segment, long offset) {
        int id = (int) segment.get(LONG, offset) & 0xFFFF;
        counts.add(segment.get(INT, offset + PID_OFFSET), segment.get(INT, offset + TID_OFFSET), id, -1);
    }
}
