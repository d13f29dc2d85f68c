package io.trapless.tracer.ring;

import io.trapless.layout.RecordDescriptor;
import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.EventType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Checks the private copy of a packet record by record, and cuts it where the session's event limit is reached. Shared by the rings of one consumer; the consumer's thread only, but counts may
 * be read by others and lag behind.
 *
 * <p>A record whose time is impossible (before its predecessor's, or in the future), which no honest writer on a sound clock can produce, gets its predecessor's time and is counted: readers
 * of 48-bit times would take it for a jump of many hours, and its values may still be worth having.
 */
final class PacketCheck {
    private static final ValueLayout.OfLong HEADER = ValueLayout.JAVA_LONG_UNALIGNED;

    private final PacketScanner scanner;
    private long remaining;

    private long goodEnd;
    private long records;
    private long first;
    private long last;
    private boolean malformed;
    private long mendedTimes;

    /** Lets further event ids be known. Any thread; see {@link PacketScanner#add}. */
    void add(List<EventType> events) {
        events.forEach(scanner::add);
    }

    /** {@code maxEvents}: how many records may pass in all. */
    PacketCheck(PacketScanner scanner, long maxEvents) {
        this.scanner = scanner;
        this.remaining = maxEvents;
    }

    /**
     * Checks the records of {@code [from, to)}, mending times in place. The results are valid until the next call.
     *
     * @param notBefore,notAfter TSC cycles between which every record must have been written
     */
    void check(MemorySegment packet, long from, long to, long notBefore, long notAfter) {
        records = 0;
        first = notBefore;
        last = notBefore;
        goodEnd = from;
        malformed = false;
        // A mended time must pass, or this would not end.
        long latest = Math.max(notBefore, notAfter);
        while (true) {
            PacketScanner.Verdict verdict = scanner.scan(packet, goodEnd, to, last, latest);
            if (scanner.eventCount() > 0) {
                first = records == 0 ? scanner.firstTimestamp() : first;
                last = scanner.lastTimestamp();
                records += scanner.eventCount();
            }
            goodEnd = scanner.goodEnd();
            if (verdict != PacketScanner.Verdict.IMPOSSIBLE_TIME) {
                malformed = verdict != PacketScanner.Verdict.WHOLE;
                break;
            }
            long header = packet.get(HEADER, goodEnd + RecordDescriptor.ID_OFFSET);
            packet.set(HEADER, goodEnd + RecordDescriptor.ID_OFFSET, RecordDescriptor.header((int) header, last));
            mendedTimes++;
        }
        if (records > remaining) {
            cut(packet, from);
        }
        remaining -= records;
    }

    private void cut(MemorySegment packet, long from) {
        long at = from;
        for (long n = 0; at < goodEnd; n++) {
            if (n == remaining) {
                records = n;
                for (long dropped = at; dropped < goodEnd; ) {
                    scanner.takeBack(packet, dropped);
                    dropped += scanner.recordSize(packet, dropped, goodEnd);
                }
                goodEnd = at;
                malformed = false;
                return;
            }
            last = first + (((packet.get(HEADER, at) >>> 16) - first) & PacketEmitter.LOW_48);
            at += scanner.recordSize(packet, at, goodEnd);
        }
    }

    /** Bytes of the record at {@code offset}, or a negative number if it is none or does not end by {@code limit}. */
    int recordSize(MemorySegment data, long offset, long limit) {
        return scanner.recordSize(data, offset, limit);
    }

    /** Offset behind the last record that passed. */
    long goodEnd() {
        return goodEnd;
    }

    /** Records that passed. */
    long records() {
        return records;
    }

    /** TSC cycles of the first record that passed. */
    long firstTimestamp() {
        return first;
    }

    /** TSC cycles of the last record that passed. */
    long lastTimestamp() {
        return last;
    }

    /** Whether something was no record. */
    boolean malformed() {
        return malformed;
    }

    /** Records, over all packets, whose time was mended. */
    long mendedTimes() {
        return mendedTimes;
    }

    /** Whether no record may pass any more. */
    boolean limitReached() {
        return remaining <= 0;
    }

    /** Records of an event id that passed, over all packets. */
    long passedOf(int eventId) {
        return scanner.countOf(eventId);
    }

    /** Of them, those of one process. */
    long passedOf(int eventId, int pid) {
        return scanner.countOf(eventId, pid);
    }
}
