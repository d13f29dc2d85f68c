package io.trapless.trace.event;

import java.math.BigInteger;

/**
 * Finds the clock from pairs of TSC and {@code CLOCK_REALTIME}, read together. A pair read as {@code tsc, time, tsc} should carry the middle of its two TSCs, and be taken from the
 * tightest of several tries: its error goes into the clock as it is.
 */
public final class TscCalibration {

    /**
     * Both clocks at one instant.
     *
     * @param tsc cycles
     * @param realtimeNanos CLOCK_REALTIME, nanoseconds since 1970
     */
    public record Sample(long tsc, long realtimeNanos) {}

    private TscCalibration() {}

    /**
     * The clock that fits both samples best. CTF knows whole Hz only; the clock is exact in the middle between the samples, so that at either end of a minute at 2 GHz it is wrong by
     * 8 ns at most.
     *
     * @param start earlier than {@code end} by both clocks, best by a second or more
     * @throws IllegalArgumentException if time does not advance between them, or at an impossible rate
     */
    public static TraceClock between(Sample start, Sample end) {
        long frequencyHz = frequencyHz(start, end);
        long middleTsc = start.tsc() + (end.tsc() - start.tsc()) / 2;
        long middleNanos = start.realtimeNanos() + (end.realtimeNanos() - start.realtimeNanos()) / 2;
        return TraceClock.through(middleTsc, middleNanos, frequencyHz);
    }

    /** The clock through one sample, with a frequency that is known from elsewhere: what a trace starts with. */
    public static TraceClock at(Sample sample, long frequencyHz) {
        return TraceClock.through(sample.tsc(), sample.realtimeNanos(), frequencyHz);
    }

    /**
     * Cycles a second between two samples, rounded to the nearest.
     *
     * @throws IllegalArgumentException if time does not advance between them, or at an impossible rate
     */
    public static long frequencyHz(Sample start, Sample end) {
        long cycles = end.tsc() - start.tsc();
        long nanos = end.realtimeNanos() - start.realtimeNanos();
        if (cycles <= 0 || nanos <= 0) {
            throw new IllegalArgumentException("the clocks did not advance between the two samples");
        }
        BigInteger twice = BigInteger.valueOf(cycles).multiply(BigInteger.valueOf(2 * TraceClock.NANOS_PER_SECOND));
        BigInteger rounded =
                twice.divide(BigInteger.valueOf(nanos)).add(BigInteger.ONE).shiftRight(1);
        if (rounded.bitLength() > 63) {
            throw new IllegalArgumentException("the TSC advanced by " + cycles + " cycles in " + nanos + " ns");
        }
        return rounded.longValue();
    }
}
