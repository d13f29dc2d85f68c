package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The time of day where this process runs, by the C library: {@code java.time} would read its own data of all time zones first, which takes longer than arming a probe. */
public final class LocalTime {
    private static final MemorySegment LOCALTIME = Downcall.libc("localtime_r");

    /** Ints of {@code struct tm} (time.h): second, minute, hour, day of the month, month from 0, years since 1900. */
    private static final int FIELDS = 6;

    private LocalTime() {}

    /** Now, as {@code 20261130-235959}. */
    public static String stamp() {
        return stamp(System.currentTimeMillis() / 1000);
    }

    /** @param seconds since 1970 in UTC */
    static String stamp(long seconds) {
        MemorySegment scratch = Syscalls.scratch();
        scratch.set(ValueLayout.JAVA_LONG, 0, seconds);
        long fields = scratch.address() + Long.BYTES;
        Downcall.call(LOCALTIME, scratch.address(), fields);
        int[] tm = scratch.asSlice(Long.BYTES, FIELDS * (long) Integer.BYTES).toArray(ValueLayout.JAVA_INT);
        return digits(tm[5] + 1900, 4)
                + digits(tm[4] + 1, 2)
                + digits(tm[3], 2)
                + "-"
                + digits(tm[2], 2)
                + digits(tm[1], 2)
                + digits(tm[0], 2);
    }

    private static String digits(int number, int width) {
        String text = Integer.toString(number);
        return "0".repeat(Math.max(0, width - text.length())) + text;
    }
}
