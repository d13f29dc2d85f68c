package io.trapless.tracer.ring;

import io.trapless.layout.MirrorDescriptor;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;

/**
 * The shape of a session's rings, chosen once when the session is created.
 *
 * @param cpuCount possible CPUs of the machine: rings of each kind, 1 to {@value #MAX_CPUS}
 * @param capacityBytes data bytes of one ring, a power of two
 * @param mode what writers do when a ring is full
 * @param mirrorBytes what all mirrors behind the rings take: whole pages, or 0
 * @param tableStrideBytes what each CPU has for aggregations behind these: a power of two of whole pages, or 0
 */
public record RingGeometry(
        int cpuCount, long capacityBytes, RecordingMode mode, long mirrorBytes, long tableStrideBytes) {
    /** The kernel's largest CONFIG_NR_CPUS on x86-64. */
    public static final int MAX_CPUS = 8192;

    /** Bytes; the largest ring. Trampolines hold a ring's stride in a signed 32-bit immediate. */
    public static final long MAX_CAPACITY = 1L << 30;

    /** Bytes; trampolines reach a table by a signed 32-bit displacement. */
    public static final long MAX_TABLE_STRIDE = 1L << 30;

    public RingGeometry {
        if (cpuCount < 1 || cpuCount > MAX_CPUS) {
            throw new IllegalArgumentException("cpuCount " + cpuCount);
        }
        // Small rings (below MIN_CAPACITY) serve the tests that try every schedule; a session never asks for one.
        if (Long.bitCount(capacityBytes) != 1
                || capacityBytes / SessionHeaderDescriptor.SUB_BUFFER_COUNT <= PacketDescriptor.HEADER_SIZE
                || capacityBytes > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacityBytes " + capacityBytes);
        }
        if (mirrorBytes < 0 || mirrorBytes % MirrorDescriptor.SIZE != 0 || mirrorBytes > MAX_TABLE_STRIDE) {
            throw new IllegalArgumentException("mirrorBytes " + mirrorBytes);
        }
        if (tableStrideBytes != 0
                && (Long.bitCount(tableStrideBytes) != 1
                        || tableStrideBytes < 4096
                        || tableStrideBytes > MAX_TABLE_STRIDE)) {
            throw new IllegalArgumentException("tableStrideBytes " + tableStrideBytes);
        }
    }

    /** Rings alone. */
    public RingGeometry(int cpuCount, long capacityBytes, RecordingMode mode) {
        this(cpuCount, capacityBytes, mode, 0, 0);
    }

    /** The same rings with tables behind them. */
    public RingGeometry withTables(long allMirrorsBytes, long strideBytes) {
        return new RingGeometry(cpuCount, capacityBytes, mode, allMirrorsBytes, strideBytes);
    }

    /** The geometry whose rings have at least {@code wantedBytes}, rounded up to what the layout permits. */
    public static RingGeometry withCapacity(int cpuCount, long wantedBytes, RecordingMode mode) {
        long clamped = Math.clamp(wantedBytes, SessionHeaderDescriptor.MIN_CAPACITY, MAX_CAPACITY);
        long highest = Long.highestOneBit(clamped);
        return new RingGeometry(cpuCount, highest == clamped ? highest : highest << 1, mode);
    }

    /** Bytes of one sub-buffer, a power of two. */
    public int subBufferSizeBytes() {
        return (int) (capacityBytes / SessionHeaderDescriptor.SUB_BUFFER_COUNT);
    }

    /** File offset of a ring's control block. */
    public long ringOffset(RingId ring) {
        return switch (ring.kind()) {
            case RSEQ -> SessionHeaderDescriptor.rseqRingOffset(ring.cpu(), capacityBytes);
            case TRAP -> throw new IllegalArgumentException("the session has no ring " + ring);
            case ATOMIC -> SessionHeaderDescriptor.atomicRingOffset(ring.cpu(), cpuCount, capacityBytes);
        };
    }

    /** File offset of the tables: mirrors, then the first CPU's area of aggregations. */
    public long tablesOffset() {
        return SessionHeaderDescriptor.tablesOffset(cpuCount, capacityBytes);
    }

    /** Bytes of all tables. */
    public long tableBytes() {
        return mirrorBytes + cpuCount * tableStrideBytes;
    }

    /** Bytes of the whole (sparse) file. */
    public long fileSizeBytes() {
        return SessionHeaderDescriptor.fileSize(cpuCount, capacityBytes, mirrorBytes, tableStrideBytes);
    }
}
