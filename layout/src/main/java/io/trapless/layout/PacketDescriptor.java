package io.trapless.layout;

/**
 * The head of a sub-buffer: a CTF 1.8 packet header and packet context, in their final form.
 *
 * <pre>
 *   offset  size  field              CTF                       unit                             written by
 *   ------  ----  -----------------  ------------------------  -------------------------------  -----------------------
 *        0     4  magic              packet header             {@link #CTF_MAGIC}               tracer, once
 *        4    16  uuid               packet header             big-endian UUID                  tracer, once
 *       20     4  streamId           packet header             0                                tracer, once
 *       24     8  timestampBegin     packet context            TSC cycles                       writer, opening
 *       32     8  timestampEnd       packet context            TSC cycles                       writer, closing
 *       40     8  contentSize        packet context            bits, this header included       writer, closing
 *       48     8  packetSize         packet context            bits                             tracer, once
 *       56     8  sequenceNumber     packet context            position / sub-buffer size       writer, opening
 *       64     8  eventsDiscarded    packet context            events, of this ring, ever       writer, closing
 *       72     4  cpuId              packet context                                             tracer, once
 *       76     4  ringKind           packet context            {@link #RING_RSEQ}, ATOMIC, TRAP  tracer, once
 * </pre>
 *
 * A reader takes none of it on trust: it writes these fields anew from values that it has checked.
 */
public final class PacketDescriptor {
    public static final int CTF_MAGIC = 0xC1FC1FC1;

    public static final int RING_RSEQ = 0;
    public static final int RING_ATOMIC = 1;

    /** No ring: what the kernel's uprobes tell the tracer, which writes such packets itself. */
    public static final int RING_TRAP = 2;

    public static final int MAGIC_OFFSET = 0;
    public static final int UUID_OFFSET = MAGIC_OFFSET + 4;
    public static final int STREAM_ID_OFFSET = UUID_OFFSET + 16;
    public static final int TIMESTAMP_BEGIN_OFFSET = STREAM_ID_OFFSET + 4;
    public static final int TIMESTAMP_END_OFFSET = TIMESTAMP_BEGIN_OFFSET + 8;
    public static final int CONTENT_SIZE_OFFSET = TIMESTAMP_END_OFFSET + 8;
    public static final int PACKET_SIZE_OFFSET = CONTENT_SIZE_OFFSET + 8;
    public static final int SEQUENCE_NUMBER_OFFSET = PACKET_SIZE_OFFSET + 8;
    public static final int EVENTS_DISCARDED_OFFSET = SEQUENCE_NUMBER_OFFSET + 8;
    public static final int CPU_ID_OFFSET = EVENTS_DISCARDED_OFFSET + 8;
    public static final int RING_KIND_OFFSET = CPU_ID_OFFSET + 4;

    /** Bytes; records begin here. */
    public static final int HEADER_SIZE = RING_KIND_OFFSET + 4;

    private PacketDescriptor() {}
}
