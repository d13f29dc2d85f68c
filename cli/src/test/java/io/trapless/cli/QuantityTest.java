package io.trapless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "4096, 4096",
        "64K, 65536",
        "64k, 65536",
        "16M, 16777216",
        "2G, 2147483648",
        "1KiB, 1024",
        "512B, 512",
        "1MB, 1048576",
    })
    void readsSizesInPowersOf1024(String text, long bytes) {
        assertThat(Quantity.sizeBytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "0", "0K", "-1", "1.5M", "1T", "1 M", "99999999999999999999", "9999999999G"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Quantity.sizeBytes(text))
                .isInstanceOf(Quantity.MalformedQuantityException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("like 64M");
    }

    @ParameterizedTest
    @CsvSource({
        "1ns, 1",
        "5us, 5000",
        "500ms, 500000000",
        "1.5s, 1500000000",
        "2m, 120000000000",
        "1h, 3600000000000",
        "0.4ns, 0",
        "0.000001ms, 1",
        "1.000000001h, 3600000003600",
        "0.123456789us, 123",
    })
    void readsTimes(String text, long nanos) {
        if (nanos == 0) {
            assertThatThrownBy(() -> Quantity.time(text)).isInstanceOf(Quantity.MalformedQuantityException.class);
        } else {
            assertThat(Quantity.time(text)).isEqualTo(Duration.ofNanos(nanos));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5", "0s", "-1s", "1d", "1 s", "1e3s", "1.s", "999999999999999999m", "1S"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> Quantity.time(text))
                .isInstanceOf(Quantity.MalformedQuantityException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("like 500ms");
    }
}
