package io.trapless.tracer.ring;

import java.lang.foreign.MemorySegment;

/**
 * Knows the shape of each event's records. The bytes are untrusted: an implementation looks at nothing outside {@code [offset, limit)} and throws for no content whatever.
 *
 * <p>Used by the consumer's thread only.
 */
public interface RecordSizes {
    /** The answer of {@link #sizeOf} for bytes that are no record. */
    int MALFORMED = -1;

    /**
     * Bytes of the record at {@code offset}, header included, or {@link #MALFORMED} if its id is unknown or it does not end by {@code limit}.
     *
     * @param data private memory, not shared with a target
     */
    int sizeOf(MemorySegment data, long offset, long limit);

    /**
     * Walks the records from {@code offset}, adds them to {@code tally}, and stops at {@code limit}, at the first malformed record, or after {@code maxRecords}.
     *
     * @return where it stopped: the end of the last good record
     */
    default long scan(MemorySegment data, long offset, long limit, long maxRecords, PacketTally tally) {
        long at = offset;
        for (long n = 0; n < maxRecords && at < limit; n++) {
            int size = sizeOf(data, at, limit);
            if (size == MALFORMED) {
                break;
            }
            tally.add(data, at);
            at += size;
        }
        return at;
    }
}
