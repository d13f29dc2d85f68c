package io.trapless.tracer.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LocalTimeTest {
    @Test
    void isTheTimeOfDayHere() {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            long seconds = random.nextLong(4_000_000_000L);
            LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), ZoneId.systemDefault());
            assertThat(LocalTime.stamp(seconds)).isEqualTo(format.format(time));
        }
        assertThat(LocalTime.stamp()).matches("20\\d{6}-\\d{6}");
    }
}
