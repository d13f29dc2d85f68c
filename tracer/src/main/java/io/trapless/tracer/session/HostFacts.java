package io.trapless.tracer.session;

import io.trapless.tracer.linux.Cpuid;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.trampoline.ProcessFacts;

/**
 * What the code generator and the trace need of this machine.
 *
 * @param hasRdpid CPUID leaf 7, ECX bit 22 (Intel SDM vol. 2, CPUID)
 * @param cyclesPerSecond TSC frequency as far as it is known at the start: good to some parts in a million
 * @param clock TSC to CLOCK_MONOTONIC, for {@code nsecs}
 */
record HostFacts(boolean hasRdpid, long cyclesPerSecond, ProcessFacts.NanosecondClock clock) {
    private static final int CALIBRATION_TRIES = 20;
    private static final long CALIBRATION_NANOS = 5_000_000;
    private static final int RDPID_BIT = 1 << 22;

    /** Measures for some milliseconds. */
    static HostFacts measure() throws InterruptedException {
        TimeStampCounter.ClockPair first = sample();
        Thread.sleep(java.time.Duration.ofNanos(CALIBRATION_NANOS));
        TimeStampCounter.ClockPair last = sample();
        long cycles = last.cycles() - first.cycles();
        long nanos = last.nanos() - first.nanos();
        long multiplier = Math.round((double) nanos / cycles * (1L << 32));
        long offset = last.nanos()
                - (Math.multiplyHigh(last.cycles(), multiplier) << 32 | (last.cycles() * multiplier) >>> 32);
        long frequency = Math.round((double) cycles / nanos * 1e9);
        return new HostFacts(
                (Cpuid.query(7, 0)[2] & RDPID_BIT) != 0,
                frequency,
                new ProcessFacts.NanosecondClock(multiplier, offset));
    }

    private static TimeStampCounter.ClockPair sample() {
        return TimeStampCounter.sample(TimeStampCounter.CLOCK_MONOTONIC, CALIBRATION_TRIES);
    }
}
