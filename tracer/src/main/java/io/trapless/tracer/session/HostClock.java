package io.trapless.tracer.session;

import io.trapless.tracer.linux.Cpuid;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.trampoline.ProcessFacts;
import org.jspecify.annotations.Nullable;

/** Measures the time-stamp counter against CLOCK_MONOTONIC, beginning early and ending when the result is first asked for. One thread. */
final class HostClock {
    private static final int TRIES = 20;

    /** Less would be dominated by the error of a single reading, some tens of nanoseconds. */
    private static final long SHORTEST_NANOS = 20_000_000;

    private static final int RDPID_BIT = 1 << 22;

    private final TimeStampCounter.ClockPair first = sample();
    private @Nullable HostFacts facts;

    private HostClock() {}

    static HostClock begin() {
        return new HostClock();
    }

    HostFacts facts() {
        HostFacts known = facts;
        if (known == null) {
            known = measure();
            facts = known;
        }
        return known;
    }

    private HostFacts measure() {
        TimeStampCounter.ClockPair last = sample();
        while (last.nanos() - first.nanos() < SHORTEST_NANOS) {
            Thread.onSpinWait();
            last = sample();
        }
        long cycles = last.cycles() - first.cycles();
        long nanos = last.nanos() - first.nanos();
        long multiplier = Math.round((double) nanos / cycles * (1L << 32));
        long scaled = Math.multiplyHigh(last.cycles(), multiplier) << 32 | (last.cycles() * multiplier) >>> 32;
        return new HostFacts(
                (Cpuid.query(7, 0)[2] & RDPID_BIT) != 0,
                Math.round((double) cycles / nanos * 1e9),
                new ProcessFacts.NanosecondClock(multiplier, last.nanos() - scaled));
    }

    private static TimeStampCounter.ClockPair sample() {
        return TimeStampCounter.sample(TimeStampCounter.CLOCK_MONOTONIC, TRIES);
    }
}
