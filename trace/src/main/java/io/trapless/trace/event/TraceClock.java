package io.trapless.trace.event;

/**
 * How a timestamp (TSC cycles) becomes wall time: CTF 1.8's clock, {@code wall = offsetSeconds + (offsetCycles + tsc) / frequencyHz}.
 *
 * @param frequencyHz cycles a second, {@link #MIN_FREQUENCY_HZ} to {@link #MAX_FREQUENCY_HZ}
 * @param offsetSeconds wall time at TSC 0, whole seconds since 1970-01-01 UTC
 * @param offsetCycles the rest of it, 0 (inclusive) to frequencyHz (exclusive)
 */
public record TraceClock(long frequencyHz, long offsetSeconds, long offsetCycles) {
    public static final long MIN_FREQUENCY_HZ = 1;

    /** So that a cycle count below one second, times 10^9, fits 63 bits. */
    public static final long MAX_FREQUENCY_HZ = Long.MAX_VALUE / 1_000_000_000L;

    static final long NANOS_PER_SECOND = 1_000_000_000L;

    public TraceClock {
        if (frequencyHz < MIN_FREQUENCY_HZ || frequencyHz > MAX_FREQUENCY_HZ) {
            throw new IllegalArgumentException("a clock of " + frequencyHz + " Hz");
        }
        if (offsetCycles < 0 || offsetCycles >= frequencyHz) {
            throw new IllegalArgumentException("a clock offset of " + offsetCycles + " cycles");
        }
    }

    /** The clock of this frequency that shows {@code realtimeNanos} (since 1970) when the TSC is {@code tsc}, to the cycle. */
    public static TraceClock through(long tsc, long realtimeNanos, long frequencyHz) {
        long seconds = Math.floorDiv(realtimeNanos, NANOS_PER_SECOND) - Math.floorDiv(tsc, frequencyHz);
        long wallCycles = roundedDivide(Math.floorMod(realtimeNanos, NANOS_PER_SECOND) * frequencyHz, NANOS_PER_SECOND);
        long cycles = wallCycles - Math.floorMod(tsc, frequencyHz);
        return new TraceClock(
                frequencyHz, seconds + Math.floorDiv(cycles, frequencyHz), Math.floorMod(cycles, frequencyHz));
    }

    /**
     * Wall time at {@code tsc}, nanoseconds since 1970. The offset and the cycles are each rounded down to a nanosecond, as babeltrace2 does, so that
     * both print the same.
     */
    public long nanosAt(long tsc) {
        return originNanos() + cyclesToNanos(tsc);
    }

    /** The TSC at a wall time in nanoseconds since 1970, to the nanosecond. */
    public long tscAt(long realtimeNanos) {
        long nanos = realtimeNanos - originNanos();
        return Math.floorDiv(nanos, NANOS_PER_SECOND) * frequencyHz
                + roundedDivide(Math.floorMod(nanos, NANOS_PER_SECOND) * frequencyHz, NANOS_PER_SECOND);
    }

    /** Nanoseconds that {@code cycles} take, rounded down. */
    public long cyclesToNanos(long cycles) {
        return Math.floorDiv(cycles, frequencyHz) * NANOS_PER_SECOND
                + Math.floorMod(cycles, frequencyHz) * NANOS_PER_SECOND / frequencyHz;
    }

    /** Wall time at TSC 0, nanoseconds since 1970, rounded down. */
    private long originNanos() {
        return offsetSeconds * NANOS_PER_SECOND + offsetCycles * NANOS_PER_SECOND / frequencyHz;
    }

    private static long roundedDivide(long dividend, long divisor) {
        long quotient = dividend / divisor;
        return dividend % divisor >= (divisor + 1) / 2 ? quotient + 1 : quotient;
    }
}
