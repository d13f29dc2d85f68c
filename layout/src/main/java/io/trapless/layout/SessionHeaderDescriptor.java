package io.trapless.layout;

/**
 * The first page of a session's {@code rings} file, and where the rings lie behind it.
 *
 * <pre>
 *   offset  size  field            unit / values                        written by        read by
 *   ------  ----  ---------------  -----------------------------------  ----------------  --------------------
 *        0     8  magic            {@link #MAGIC}                       tracer, once      tracer
 *        8     4  version          {@link #VERSION}                     tracer, once      tracer
 *       12     4  cpuCount         possible CPUs = rings of each kind   tracer, once      tracer
 *       16     8  subBufferSize    bytes, a power of two                tracer, once      tracer
 *       24     8  capacity         bytes a ring, a power of two         tracer, once      tracer
 *       32     4  mode             {@link #MODE_DISCARD} ...            tracer, once      tracer
 *       36     4  (pad)
 *       40    16  uuid             session UUID, big-endian             tracer, once      tracer
 *   ---- next cache line: hot only in block mode ----
 *       64     8  heartbeat        TSC cycles at the tracer's last      tracer, often;    a writer that waits
 *                                  sign of life; 0: no tracer           0 by a writer
 *                                                                       that has waited
 *                                                                       for it in vain
 *   ---- next cache line: libraries that targets load ----
 *      128     4  loadBell         requests ever made; a futex          a target          tracer
 *   ---- offset {@link #LOAD_SLOTS_OFFSET}: {@link #LOAD_SLOTS} times ----
 *      192     4  loadRequests     made in the slot's processes         a target          tracer
 *      196     4  loadAnswers      of them; a futex                     tracer            a target that waits
 *   ---- next cache line: written only where a probe is a trigger ----
 *     2240    64  fired            one byte a trigger; not 0: its     trampolines of    tracer, which
 *                                  probe has fired                    its sites         clears it
 *   ---- offset {@link #ENABLE_OFFSET} ----
 *     4096 65536  enable           one byte an event id; 0 = off        tracer            every trampoline
 *   ---- offset {@link #RINGS_OFFSET} ----
 *    69632        cpuCount rseq rings, each {@link #rseqRingStride} bytes, then cpuCount atomic rings, each {@link #atomicRingStride} bytes,
 *                 then, at the next page, tables: mirrors ({@link MirrorDescriptor}), as many as the tracer has chosen, and cpuCount areas of aggregations
 *                 ({@link AggregateTableDescriptor}), of a size that the tracer has chosen
 * </pre>
 *
 * <p>A target that has loaded or unloaded a library adds 1 to its slot's requests, atomically, then to the bell, wakes who waits at the bell, and waits until the answers have reached its request:
 * the tracer stores in them the count of requests that it had read before it looked. It waits only while the heartbeat is fresh.
 *
 * <p>Little-endian throughout (x86-64). Bump {@link #VERSION} whenever an offset, a size or a publication rule in this package changes. Everything a reader
 * takes from this page is the target's to scribble on: the tracer keeps its own copy of the geometry and never trusts these fields of a live session.
 */
public final class SessionHeaderDescriptor {
    /** "TRAPLESS" read as a little-endian long. */
    public static final long MAGIC = 0x5353454C50415254L;

    public static final int VERSION = 3;

    public static final int MODE_DISCARD = 0;
    public static final int MODE_OVERWRITE = 1;
    public static final int MODE_BLOCK = 2;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = MAGIC_OFFSET + 8;
    public static final int CPU_COUNT_OFFSET = VERSION_OFFSET + 4;
    public static final int SUB_BUFFER_SIZE_OFFSET = CPU_COUNT_OFFSET + 4;
    public static final int CAPACITY_OFFSET = SUB_BUFFER_SIZE_OFFSET + 8;
    public static final int MODE_OFFSET = CAPACITY_OFFSET + 8;
    public static final int UUID_OFFSET = MODE_OFFSET + 8;
    public static final int HEARTBEAT_OFFSET = 64;
    public static final int LOAD_BELL_OFFSET = 128;
    public static final int LOAD_SLOTS_OFFSET = 192;
    public static final int LOAD_SLOT_SIZE = 8;

    /** Processes share a slot if there are more of them. */
    public static final int LOAD_SLOTS = 256;

    public static final int FIRED_OFFSET = LOAD_SLOTS_OFFSET + LOAD_SLOTS * LOAD_SLOT_SIZE;

    /** Clauses that can be triggers. */
    public static final int FIRED_SLOTS = 64;

    /** Event ids are 16 bits wide; {@code 0xFFFF} is never given out. */
    public static final int MAX_EVENT_IDS = 65536;

    public static final int ENABLE_OFFSET = 4096;
    public static final int RINGS_OFFSET = ENABLE_OFFSET + MAX_EVENT_IDS;

    /** A ring has this many sub-buffers. */
    public static final int SUB_BUFFER_COUNT = 16;

    /** Bytes; the smallest sub-buffer is a page. */
    public static final int MIN_CAPACITY = SUB_BUFFER_COUNT * 4096;

    private SessionHeaderDescriptor() {}

    /** Offset of a slot's requests; its answers follow them. */
    public static int loadSlotOffset(int slot) {
        return LOAD_SLOTS_OFFSET + slot * LOAD_SLOT_SIZE;
    }

    /** Bytes from one rseq ring to the next: control block and data. */
    public static long rseqRingStride(long capacity) {
        return RingDescriptor.DATA_OFFSET + capacity;
    }

    /** Bytes from one atomic ring to the next: control block, data, and one 16-bit commit mark for each 8 bytes of data. */
    public static long atomicRingStride(long capacity) {
        return RingDescriptor.DATA_OFFSET + capacity + RingDescriptor.marksSize(capacity);
    }

    /** File offset of the control block of the rseq ring of {@code cpu}. */
    public static long rseqRingOffset(int cpu, long capacity) {
        return RINGS_OFFSET + cpu * rseqRingStride(capacity);
    }

    /** File offset of the control block of the atomic ring of {@code cpu}. */
    public static long atomicRingOffset(int cpu, int cpuCount, long capacity) {
        return rseqRingOffset(cpuCount, capacity) + cpu * atomicRingStride(capacity);
    }

    /** Bytes of the file up to the end of its rings (sparse: an untouched ring takes no memory). */
    public static long fileSize(int cpuCount, long capacity) {
        return atomicRingOffset(cpuCount, cpuCount, capacity);
    }

    /** File offset of the tables: mirrors, and behind them the first CPU's area of aggregations; a page boundary. */
    public static long tablesOffset(int cpuCount, long capacity) {
        return (fileSize(cpuCount, capacity) + ENABLE_OFFSET - 1) & -ENABLE_OFFSET;
    }

    /** Bytes of the whole file. {@code mirrorBytes} is the size of all mirrors, {@code tableStride} that of a CPU's area of aggregations, each 0 if there are none. */
    public static long fileSize(int cpuCount, long capacity, long mirrorBytes, long tableStride) {
        return mirrorBytes == 0 && tableStride == 0
                ? fileSize(cpuCount, capacity)
                : tablesOffset(cpuCount, capacity) + mirrorBytes + cpuCount * tableStride;
    }
}
