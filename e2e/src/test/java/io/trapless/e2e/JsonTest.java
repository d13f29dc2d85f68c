package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

    @Test
    void readsEveryKindOfValue() {
        assertThat(
                        Json.object(
                                "{\"a\": [1, -2.5, 1e3, true, false], \"b\": {\"c\": \"x\\n\\u0041\\\"\"}, \"d\": 18446744073709551615, \"e\": []}"))
                .isEqualTo(Map.of(
                        "a", List.of(1L, -2.5, 1000.0, true, false),
                        "b", Map.of("c", "x\nA\""),
                        "d", new java.math.BigInteger("18446744073709551615"),
                        "e", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"a\":1,\"a\":2}", "[1 2]", "01", "1 2", "\"\u0001\"", "nul", "{a:1}", "\"\\q\""})
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(RuntimeException.class);
    }
}
