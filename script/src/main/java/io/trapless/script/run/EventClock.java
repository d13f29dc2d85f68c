package io.trapless.script.run;

import io.trapless.trace.event.TraceClock;

/** The same times as {@link TraceClock#nanosAt}, without a division for each event: the second in which the last one lay is remembered. For one thread. */
final class EventClock {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long frequencyHz;
    private final double nanosPerCycle;
    private final TraceClock clock;

    /** TSC at the beginning of a second of TSC time. */
    private long secondTsc = Long.MAX_VALUE;

    private long secondNanos;

    EventClock(TraceClock clock) {
        this.clock = clock;
        this.frequencyHz = clock.frequencyHz();
        this.nanosPerCycle = (double) NANOS_PER_SECOND / frequencyHz;
    }

    /** Wall time at {@code tsc}, nanoseconds since 1970. */
    long nanosAt(long tsc) {
        long cycles = tsc - secondTsc;
        if (cycles < 0 || cycles >= frequencyHz) {
            long cyclesIntoSecond = Math.floorMod(tsc, frequencyHz);
            secondTsc = tsc - cyclesIntoSecond;
            secondNanos = clock.nanosAt(secondTsc);
            cycles = cyclesIntoSecond;
        }
        // rounded down: a product of doubles may be one off on either side
        long scaled = cycles * NANOS_PER_SECOND;
        long nanos = (long) (cycles * nanosPerCycle);
        long rest = scaled - nanos * frequencyHz;
        if (rest < 0) {
            nanos--;
        } else if (rest >= frequencyHz) {
            nanos++;
        }
        return secondNanos + nanos;
    }
}
