package io.trapless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LiveLineTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void showsRateOfTheLastIntervalAndTotals() {
        LiveLine line = new LiveLine(terminal(true), false, 0);
        line.update(1_000_000_000L, 500, 0, 10_000);
        line.update(3_000_000_000L, 20_000_500, 7, 400_000_000);
        line.clear();

        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r\033[K500 events/s, 500 events, 0 lost, 9.8 KB"
                        + "\r\033[K10.0M events/s, 20000500 events, 7 lost, 381.5 MB\r\033[K");
    }

    @Test
    void isNotDrawnWhereNobodyLooks() {
        new LiveLine(terminal(false), false, 0).update(1, 1, 1, 1);
        new LiveLine(terminal(true), true, 0).update(1, 1, 1, 1);
        assertThat(err.size()).isZero();
    }

    private Terminal terminal(boolean interactive) {
        PrintStream stream = new PrintStream(err, false, StandardCharsets.UTF_8);
        return new Terminal(stream, stream, interactive, new StopRequest());
    }
}
