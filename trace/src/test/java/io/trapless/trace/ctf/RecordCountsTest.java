package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Counts of records by event id and process. */
final class RecordCountsTest {
    private final RecordCounts counts = new RecordCounts();

    @Test
    void everyProcessHasItsOwn() {
        counts.add(10, 11, 3, 1);
        counts.add(20, 21, 3, 1);
        counts.add(10, 12, 3, 1);
        counts.add(10, 12, 0xFFFE, 1);
        assertThat(counts.of(3)).isEqualTo(3);
        assertThat(counts.of(3, 10)).isEqualTo(2);
        assertThat(counts.of(3, 20)).isEqualTo(1);
        assertThat(counts.of(0xFFFE, 10)).isEqualTo(1);
        assertThat(counts.of(0xFFFE, 20)).isZero();
        assertThat(counts.of(4)).isZero();
        assertThat(counts.of(3, 30)).isZero();
    }

    @Test
    void aRecordWithoutProcessIsThatOfItsThread() {
        counts.add(0, 40, 1, 1);
        assertThat(counts.of(1, 40)).isEqualTo(1);
        counts.add(0, 40, 1, -1);
        assertThat(counts.of(1, 40)).isZero();
        assertThat(counts.of(1)).isZero();
    }

    /** A target can claim any process id in its records; that must not take the tracer's memory. */
    @Test
    void processesWithoutEndShareARow() {
        int processes = 1_000_000;
        for (int pid = 1; pid <= processes; pid++) {
            counts.add(pid, pid, 5, 1);
        }
        assertThat(counts.of(5)).isEqualTo(processes);
        assertThat(counts.of(5, 1)).isEqualTo(1);
    }
}
