package io.trapless.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RowTest {

    @Test
    void bestKeepsTheQuieterRoundAndTheWorseLoss() {
        Row quiet = new Row("t", "m", 1, 10, 5.0, 1.0, 0.1, 0, null);
        Row noisy = new Row("t", "m", 1, 10, 9.0, 2.0, 0.2, 3, null);

        assertThat(quiet.isSameCase(noisy)).isTrue();
        assertThat(quiet.best(noisy)).isEqualTo(new Row("t", "m", 1, 10, 5.0, 1.0, 0.1, 3, null));
        assertThat(noisy.best(quiet)).isEqualTo(quiet.best(noisy));
    }

    @Test
    void jsonSaysNullForWhatIsUnknown() {
        String json = Report.json(List.of(
                new Row("uftrace", "a \"b\"", 2, 10, 5.5, 1.25, 0.5, -1, null),
                Row.unavailable("x", "y", "not\ninstalled")));

        assertThat(json).isEqualTo("""
                        [
                        {"tool": "uftrace", "mode": "a \\"b\\"", "threads": 2, "events": 10, "nanosPerEvent": 5.5, "baselineNanos": 1.25, "cpuSeconds": 0.5, "lost": null},
                        {"tool": "x", "mode": "y", "threads": 0, "events": 0, "nanosPerEvent": null, "baselineNanos": null, "cpuSeconds": null, "lost": null, "unavailable": "not\\ninstalled"}
                        ]
                        """);
    }
}
