package io.trapless.trace.view;

import io.trapless.trace.event.TraceClock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;

/**
 * Turns growing timestamps into wall time with one division each: what stays the same for a second is kept. Agrees with {@link TraceClock#nanosAt} to the nanosecond. For one thread.
 */
final class WallClock {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int SECONDS_PER_DAY = 86_400;

    private final TraceClock clock;
    private final ZoneRules zone;

    /** The TSC's second: cycles and wall time at its beginning. */
    private long secondTsc;

    private long secondNanos;

    private long nanos;
    private long wallSecond = Long.MIN_VALUE;
    private long wallSecondNanos;
    private int secondOfDay;

    WallClock(TraceClock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone.getRules();
        secondNanos = clock.nanosAt(0);
    }

    /** Moves to another time. */
    void set(long tsc) {
        long cycles = tsc - secondTsc;
        if (cycles < 0 || cycles >= clock.frequencyHz()) {
            secondTsc = tsc - Math.floorMod(tsc, clock.frequencyHz());
            secondNanos = clock.nanosAt(secondTsc);
            cycles = tsc - secondTsc;
        }
        nanos = secondNanos + cycles * NANOS_PER_SECOND / clock.frequencyHz();
        if (wallSecond == Long.MIN_VALUE || nanos < wallSecondNanos || nanos - wallSecondNanos >= NANOS_PER_SECOND) {
            wallSecond = Math.floorDiv(nanos, NANOS_PER_SECOND);
            wallSecondNanos = wallSecond * NANOS_PER_SECOND;
            int offsetSeconds =
                    zone.getOffset(Instant.ofEpochSecond(wallSecond)).getTotalSeconds();
            secondOfDay = Math.floorMod(wallSecond + offsetSeconds, SECONDS_PER_DAY);
        }
    }

    /** Since 1970. */
    long nanos() {
        return nanos;
    }

    /** HH:MM:SS.nnnnnnnnn, local time. */
    void print(ByteSink sink) {
        sink.putTwoDigits(secondOfDay / 3600);
        sink.put(':');
        sink.putTwoDigits(secondOfDay / 60 % 60);
        sink.put(':');
        sink.putTwoDigits(secondOfDay % 60);
        sink.put('.');
        sink.putNineDigits((int) (nanos - wallSecondNanos));
    }
}
