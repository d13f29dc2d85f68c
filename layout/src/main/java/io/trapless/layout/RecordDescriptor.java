package io.trapless.layout;

/**
 * One record: a CTF event in its final form, little-endian, packed (every field is byte-aligned).
 *
 * <pre>
 *   offset  size  field       CTF                     unit
 *   ------  ----  ----------  ----------------------  ----------------------------------------------------
 *        0     2  id          event header            event id = one site of one process
 *        2     6  timestamp   event header            low 48 bits of the TSC
 *        8     4  tid         stream event context    thread id in the target's own pid namespace
 *       12     4  pid         stream event context    process id in the tracer's pid namespace; 0: see below
 *       16        captured values, in the order of the clause
 * </pre>
 *
 * The pid is copied from a cell of the process that the tracer fills and that fork wipes (MADV_WIPEONFORK, madvise(2)): 0 means a forked child that no tracer has told its number. Its first
 * thread's tid is that number.
 *
 * <p>The first eight bytes are written as one store of {@code tsc << 16 | id}. A captured value is one of: an integer of 1, 2, 4 or 8 bytes; a float of 4 or 8 bytes;
 * a string (its bytes and one NUL, none before it); a buffer (u16 length, then that many bytes). An event that holds values which may fail to be read
 * begins, before its first value, with {@code u16 _fault} and {@code u16 _cut}: bit i of {@code _fault}: the i-th value could not be read and is 0 or empty; bit i of
 * {@code _cut}: the i-th value (a string) was longer than its limit.
 */
public final class RecordDescriptor {
    public static final int ID_OFFSET = 0;
    public static final int TIMESTAMP_OFFSET = ID_OFFSET + 2;
    public static final int TIMESTAMP_BITS = 48;
    public static final int TID_OFFSET = TIMESTAMP_OFFSET + 6;
    public static final int PID_OFFSET = TID_OFFSET + 4;

    /** Bytes of the fixed part; the captured values follow. */
    public static final int HEADER_SIZE = PID_OFFSET + 4;

    private RecordDescriptor() {}

    /** The first eight bytes of a record. */
    public static long header(int id, long tsc) {
        return tsc << 16 | (id & 0xFFFF);
    }

    /**
     * The full TSC of a record, given any full TSC {@code reference} that is at most 2^47 cycles away (17 hours at 2.3 GHz).
     */
    public static long extendTimestamp(long header, long reference) {
        long low = header >>> 16;
        long delta = (low - reference) << 16 >> 16;
        return reference + delta;
    }
}
