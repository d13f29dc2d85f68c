package io.trapless.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark itself, short, with every peer of this machine. */
final class BenchTest {
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    @Test
    void floorsAreMeasuredAndPlausible() throws Exception {
        List<Row> rows = new Bench(
                        new BenchOptions(1_000_000, List.of(1, 2), List.of("none"), 2), null, NOWHERE, () -> false)
                .measure();

        assertThat(rows).extracting(Row::tool).containsOnly("floor");
        assertThat(rows)
                .extracting(row -> row.mode() + " " + row.threads())
                .containsExactly(
                        "empty loop 1", "empty loop 2", "untouched call 1", "untouched call 2", "rdtsc 1", "rdtsc 2");
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.events()).isEqualTo(1_000_000L * row.threads());
            assertThat(row.nanosPerEvent()).isBetween(0.05, 1000.0);
            assertThat(row.lost()).isZero();
        });
    }

    @Test
    void everyPeerOfThisMachineIsMeasuredAndCountsEveryEvent() throws Exception {
        List<Row> rows = new Bench(new BenchOptions(20_000, List.of(2), List.of("all"), 1), null, NOWHERE, () -> false)
                .measure();

        assertThat(rows).extracting(Row::tool).contains("lttng-ust", "uftrace", "uprobe", "bpftrace");
        assertThat(rows).filteredOn(row -> row.unavailable() == null).allSatisfy(row -> {
            assertThat(row.lost()).isLessThanOrEqualTo(0);
            assertThat(row.nanosPerEvent()).isPositive();
        });
        assertThat(rows)
                .filteredOn(row -> row.tool().equals("lttng-ust") || row.tool().equals("uftrace"))
                .allSatisfy(row -> assertThat(row.unavailable()).isNull());
    }

    @Test
    void writesATableAndJson(@TempDir Path folder) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Path json = folder.resolve("rows.json");
        new Bench(new BenchOptions(1000, List.of(1), List.of("none"), 1), null, NOWHERE, () -> false)
                .run(new PrintStream(out, true, StandardCharsets.UTF_8), json);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("tool ")
                .hasLineCount(4)
                .contains("x rdtsc");
        assertThat(Files.readAllLines(json))
                .hasSize(5)
                .element(1)
                .asString()
                .startsWith(
                        "{\"tool\": \"floor\", \"mode\": \"empty loop\", \"threads\": 1, \"events\": 1000, \"nanosPerEvent\": ");
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        long before = countBenchFolders(temporary);
        new Bench(new BenchOptions(1000, List.of(1), List.of("none"), 1), null, NOWHERE, () -> false).measure();
        assertThat(countBenchFolders(temporary)).isEqualTo(before);
    }

    @Test
    void refusesAnUnknownPeer() {
        assertThatThrownBy(() -> new Bench(
                                new BenchOptions(1, List.of(1), List.of("dtrace"), 1), null, NOWHERE, () -> false)
                        .measure())
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("no peer 'dtrace'");
    }

    private static long countBenchFolders(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("trapless-bench"))
                    .count();
        }
    }
}
