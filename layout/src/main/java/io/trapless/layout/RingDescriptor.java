package io.trapless.layout;

/**
 * One per-CPU ring: a control block, the per-event loss counters, and the data area of {@link SessionHeaderDescriptor#SUB_BUFFER_COUNT} sub-buffers.
 *
 * <pre>
 *   offset   size  field       unit                                       written by            read by
 *   ------   ----  ----------  -----------------------------------------  --------------------  ---------------
 *   ---- writer's cache line (hot) ----
 *        0      8  head        bytes since the session began              writers on this CPU   writers, reader
 *        8      8  limit       end of the sub-buffer that head is in      writers' slow path    writers
 *   ---- reader's cache line ----
 *       64      8  consumed    bytes released; a multiple of sub-buffer   reader                writers' slow path
 *   ---- loss ----
 *      128      8  lost        events lost in this ring                   writers' slow path    reader
 *      192  8 * 16 spoiled[i]  (atomic rings in overwrite mode) head as a late writers              reader
 *                              writer found it that had written into
 *                              slot i after it was begun anew; or 0
 *     4096  8 * N  lostOf[id]  events lost, by event id                   writers' slow path    reader
 *   ---- offset {@link #DATA_OFFSET} ----
 *   528384      C  data        position p lies at data + (p &amp; (C - 1))
 *  (atomic rings only, offset DATA_OFFSET + C)
 *              C/4  marks       u16 for each 8 bytes of data
 * </pre>
 *
 * <p><b>Positions</b> only grow. Sub-buffer {@code k} covers positions {@code [k*S, (k+1)*S)}; its first {@link PacketDescriptor#HEADER_SIZE} bytes are the CTF
 * packet header and context, records follow. {@code head} is never on a sub-buffer's first byte: opening a sub-buffer moves it to {@code k*S + HEADER_SIZE}.
 *
 * <p><b>Rseq ring.</b> A writer runs the whole of reserve, fill and publish inside one restartable sequence on the ring's own CPU. The record is written beyond
 * {@code head}; the store of the new {@code head} is the sequence's last instruction and publishes it (x86 stores are seen in order; the reader loads
 * {@code head} with acquire and reads only below it). A record that would cross {@code limit} takes the slow path, which is two more sequences with one commit each:
 *
 * <ol>
 *   <li>{@code limit} is the end of the sub-buffer of {@code head}: close it (in its header: timestampEnd, contentSize, eventsDiscarded), check that the next
 *       one is free ({@code next + S - consumed <= C}; not in overwrite mode), write the next one's timestampBegin and sequence number, commit {@code head = next + HEADER_SIZE};
 *   <li>{@code limit} is not: commit {@code limit = end of the sub-buffer of head}.
 * </ol>
 *
 * Loss is counted by an increment that is itself the commit of a sequence: first {@code lostOf[id]}, then {@code lost}.
 *
 * <p><b>Atomic ring.</b> For writers without rseq. A record's size is rounded up to 8 bytes; {@code head} is advanced by {@code lock cmpxchg} (the TSC is read between the load
 * of {@code head} and the exchange, so times follow positions); crossing a sub-buffer's end reserves at {@code next + HEADER_SIZE} instead, after the same check for room.
 * {@code limit} is not used. The record is written, and then its mark: {@code marks[(p & (C-1)) / 8] = lapMark(p)}, the commit. A granule whose mark is not of this lap begins
 * no whole record. The packet headers of an atomic ring are not kept by the writers: the reader builds them.
 *
 * <p>A writer whose exchange took {@code head} from position h inside a sub-buffer to beyond its end (h is not the end itself) owns the rest of the old sub-buffer too, and commits it as a
 * <em>pad</em>: {@code u16} {@link #PAD_ID} at h, then the mark of h. Without the pad a reader could not tell unused space from a record that is still being written: it must wait for the
 * latter, because a slot that is released is written again.
 *
 * <p>In overwrite mode nobody waits for a hole: a writer that is suspended between its exchange and its mark for so long that others come round writes over newer records. So each looks again behind its mark (an {@code xchg}, for the stores have to come
 * first): if {@code head} has left {@code p}'s slot to the next lap ({@code head > p - p % S + C}), it notes the head in {@code spoiled[p / S % 16]} and counts its event as lost. The sub-buffer of the slot that was the newest at that head is not to be relied on.
 *
 * <p><b>Reader.</b> Copies sub-buffers that lie wholly below {@code head}, then stores {@code consumed} with release. Clears nothing.
 */
public final class RingDescriptor {
    public static final int HEAD_OFFSET = 0;
    public static final int LIMIT_OFFSET = HEAD_OFFSET + 8;
    public static final int CONSUMED_OFFSET = 64;
    public static final int LOST_OFFSET = 128;
    public static final int SPOILED_OFFSET = 192;
    public static final int LOST_BY_EVENT_OFFSET = 4096;
    public static final int DATA_OFFSET = LOST_BY_EVENT_OFFSET + 8 * SessionHeaderDescriptor.MAX_EVENT_IDS;

    /** Bytes of data that one mark stands for, and the alignment of a record in an atomic ring. */
    public static final int MARK_GRANULE = 8;

    /** The event id, never given out, of the pad that fills an atomic ring's sub-buffer up to its end. */
    public static final int PAD_ID = 0xFFFF;

    private RingDescriptor() {}

    /** Bytes of the marks of an atomic ring. */
    public static long marksSize(long capacity) {
        return capacity / MARK_GRANULE * 2;
    }

    /** The mark of a record that begins at {@code position}: the lap number plus one, cut to 16 bits; the fresh file's 0 is no mark of the first 65,535 laps. */
    public static int lapMark(long position, long capacity) {
        return (int) (position / capacity + 1) & 0xFFFF;
    }

    /** End (exclusive) of the sub-buffer in which the byte before {@code head} lies. */
    public static long subBufferEnd(long head, long subBufferSize) {
        return ((head - 1) | (subBufferSize - 1)) + 1;
    }
}
