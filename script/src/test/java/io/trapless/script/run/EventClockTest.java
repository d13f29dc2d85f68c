package io.trapless.script.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.event.TraceClock;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the clock that divides. */
class EventClockTest {
    @Test
    void givesTheSameTimes() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            long frequency = 1 + (random.nextLong() >>> (31 + random.nextInt(20)));
            TraceClock clock =
                    new TraceClock(frequency, random.nextInt(1 << 30), Math.floorMod(random.nextLong(), frequency));
            EventClock fast = new EventClock(clock);
            long tsc = random.nextLong() >>> 20;
            for (int i = 0; i < 2000; i++) {
                tsc += random.nextLong() >>> (30 + random.nextInt(33));
                assertThat(fast.nanosAt(tsc)).as("at %d of %s", tsc, clock).isEqualTo(clock.nanosAt(tsc));
                if (random.nextInt(100) == 0) {
                    tsc = random.nextLong() >>> 20;
                }
            }
        }
    }
}
