package io.trapless.tracer.trap;

import io.trapless.tracer.linux.TimeStampCounter;

/**
 * Turns times of CLOCK_MONOTONIC_RAW, by which the kernel stamps samples, into TSC cycles, by which all else is stamped. Both are read together before and after a sample was taken, and what lies between
 * is a straight line: that clock is never slewed. For one thread.
 */
final class RawClock {
    private static final int CLOCK_MONOTONIC_RAW = 4;
    private static final int TRIES = 20;

    /** A line through nearer points than this would be as crooked as their uncertainty. */
    private static final long MIN_SPAN_NANOS = 20_000_000;

    private TimeStampCounter.ClockPair from = TimeStampCounter.sample(CLOCK_MONOTONIC_RAW, TRIES);
    private TimeStampCounter.ClockPair to = from;
    private double cyclesPerNano;

    /** @param cyclesPerSecond of the TSC, about: used until something better is measured */
    RawClock(long cyclesPerSecond) {
        cyclesPerNano = cyclesPerSecond / 1e9;
    }

    /** Reads both clocks: after the samples to be converted have been written. */
    void update() {
        TimeStampCounter.ClockPair now = TimeStampCounter.sample(CLOCK_MONOTONIC_RAW, TRIES);
        if (now.nanos() - from.nanos() >= MIN_SPAN_NANOS) {
            cyclesPerNano = (double) (now.cycles() - from.cycles()) / (now.nanos() - from.nanos());
        }
        // The line may bend a little over hours: it begins anew, while it stays long enough to be straight.
        if (to.nanos() - from.nanos() >= 100 * MIN_SPAN_NANOS) {
            from = to;
        }
        to = now;
    }

    /** The cycles at a time not after the last {@link #update}. */
    long cycles(long nanos) {
        return Math.min(to.cycles(), to.cycles() - Math.round((to.nanos() - nanos) * cyclesPerNano));
    }
}
