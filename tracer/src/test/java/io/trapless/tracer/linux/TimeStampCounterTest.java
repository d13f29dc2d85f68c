package io.trapless.tracer.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.linux.TimeStampCounter.ClockPair;
import org.junit.jupiter.api.Test;

class TimeStampCounterTest {
    @Test
    void agreesWithTheKernelsClock() throws Exception {
        for (int i = 0; i < 20_000; i++) {
            TimeStampCounter.read();
        }
        ClockPair begin = TimeStampCounter.sample(TimeStampCounter.CLOCK_MONOTONIC, 500);
        Thread.sleep(200);
        ClockPair middle = TimeStampCounter.sample(TimeStampCounter.CLOCK_MONOTONIC, 500);
        Thread.sleep(200);
        ClockPair end = TimeStampCounter.sample(TimeStampCounter.CLOCK_MONOTONIC, 500);
        double hertz = (end.cycles() - begin.cycles()) * 1e9 / (end.nanos() - begin.nanos());
        double errorNanos = (middle.cycles() - begin.cycles()) / hertz * 1e9 - (middle.nanos() - begin.nanos());
        assertThat(hertz).isBetween(2e8, 1e10);
        assertThat(Math.abs(errorNanos)).isLessThan(1000);
    }

    @Test
    void neverGoesBackwards() {
        long last = TimeStampCounter.read();
        for (int i = 0; i < 100_000; i++) {
            long now = TimeStampCounter.read();
            assertThat(now > last).isTrue();
            last = now;
        }
    }

    @Test
    void aMachineWithoutAnInvariantCounterIsNamed() {
        assertThat(TimeStampCounter.unfitness("processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\nbugs\t:\n"))
                .isNull();
        assertThat(TimeStampCounter.unfitness("processor\t: 0\nflags\t\t: fpu tsc constant_tsc\nbugs\t:\n"))
                .contains("nonstop_tsc");
    }
}
