package io.trapless.trace.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.trace.event.TscCalibration.Sample;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceClockTest {
    private static final BigInteger GIGA = BigInteger.valueOf(1_000_000_000);

    @Test
    void agreesWithExactArithmetic() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long frequencyHz = 1_000_000 + random.nextLong(TraceClock.MAX_FREQUENCY_HZ - 1_000_000);
            long nanos = random.nextLong(4_000_000_000_000_000_000L);
            // Up for ten years at most.
            long tsc = random.nextLong(Math.min(frequencyHz, 900_000_000L) * 300_000_000L);
            TraceClock clock = TraceClock.through(tsc, nanos, frequencyHz);
            assertThat(clock.offsetCycles()).isBetween(0L, frequencyHz - 1);
            // Half a cycle of the offset, and two roundings down.
            long cycleNanos = 1_000_000_000 / frequencyHz + 1;
            assertThat(clock.nanosAt(tsc)).isBetween(nanos - 2 - cycleNanos, nanos + cycleNanos);
            long later = tsc + random.nextLong(1L << 45);
            assertThat(clock.nanosAt(later)).isEqualTo(exact(clock, later));
            assertThat(clock.tscAt(clock.nanosAt(later)))
                    .isBetween(later - 2 * frequencyHz / 1_000_000_000 - 2, later + 1);
        }
    }

    private static long exact(TraceClock clock, long tsc) {
        BigInteger frequency = BigInteger.valueOf(clock.frequencyHz());
        BigInteger offset =
                BigInteger.valueOf(clock.offsetCycles()).multiply(GIGA).divide(frequency);
        BigInteger cycles = BigInteger.valueOf(tsc).multiply(GIGA).divide(frequency);
        return BigInteger.valueOf(clock.offsetSeconds())
                .multiply(GIGA)
                .add(offset)
                .add(cycles)
                .longValueExact();
    }

    @Test
    void calibrationIsWithinAMicrosecondOverAMinute() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            double trueHz = 1e9 + random.nextDouble() * 4e9;
            long tscStart = random.nextLong(1L << 56);
            long wallStart = 1_700_000_000_000_000_000L + random.nextLong(1L << 50);
            Sample start = new Sample(tscStart, wallStart);
            Sample end = new Sample(tscStart + (long) (60 * trueHz), wallStart + 60_000_000_000L);
            TraceClock clock = TscCalibration.between(start, end);
            for (int second = 0; second <= 60; second += 5) {
                long nanos = clock.nanosAt(tscStart + (long) (second * trueHz));
                assertThat(nanos - wallStart - second * 1_000_000_000L).isBetween(-35L, 35L);
            }
        }
    }

    @Test
    void refusesSamplesThatDoNotAdvance() {
        Sample sample = new Sample(5, 5);
        assertThatThrownBy(() -> TscCalibration.between(sample, sample)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TscCalibration.between(new Sample(0, 0), new Sample(Long.MAX_VALUE, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
