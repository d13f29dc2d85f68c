package io.trapless.tracer.ring;

import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the scan of a packet found: how many records, the headers of the first and the last, and how many of each event id. The consumer's thread only.
 */
public final class PacketTally {
    private static final ValueLayout.OfLong HEADER = ValueLayout.JAVA_LONG_UNALIGNED;

    private final long[] countById;
    private long records;
    private long firstHeader;
    private long lastHeader;
    private long reversals;

    /** {@code countById}: the session's counts, one for each of {@link SessionHeaderDescriptor#MAX_EVENT_IDS} ids; rings read by the same thread share them. */
    PacketTally(long[] countById) {
        if (countById.length != SessionHeaderDescriptor.MAX_EVENT_IDS) {
            throw new IllegalArgumentException("counts of " + countById.length + " ids");
        }
        this.countById = countById;
    }

    /** Begins a packet. The counts by id, and the reversals, run on. */
    void beginPacket() {
        records = 0;
    }

    /**
     * Counts the record at {@code offset}. A time before that of the preceding record, which no honest writer can produce, would be taken by readers of 48-bit times for a jump of many hours:
     * the record gets its predecessor's time instead, and the reversal is counted.
     */
    public void add(MemorySegment data, long offset) {
        long header = data.get(HEADER, offset + RecordDescriptor.ID_OFFSET);
        int id = (int) header & 0xFFFF;
        if (records++ == 0) {
            firstHeader = header;
        } else if (((header >>> 16) - (lastHeader >>> 16)) << 16 < 0) {
            reversals++;
            header = (lastHeader & ~0xFFFFL) | id;
            data.set(HEADER, offset + RecordDescriptor.ID_OFFSET, header);
        }
        lastHeader = header;
        countById[id]++;
    }

    /** Adds records that another scanner has walked, the first and the last of which have these headers. */
    public void addAll(long count, long first, long last) {
        if (count > 0) {
            firstHeader = records == 0 ? first : firstHeader;
            lastHeader = last;
            records += count;
        }
    }

    /** Adds to the count of one event id; for scanners that use {@link #addAll}. */
    public void addToId(int id, long count) {
        countById[id] += count;
    }

    /** Records of this packet. */
    public long records() {
        return records;
    }

    /** The first eight bytes of the packet's first record; meaningless if there is none. */
    public long firstHeader() {
        return firstHeader;
    }

    /** The first eight bytes of the packet's last record; meaningless if there is none. */
    public long lastHeader() {
        return lastHeader;
    }

    /** Records of this ring so far whose time was before their predecessor's. */
    public long reversals() {
        return reversals;
    }
}
