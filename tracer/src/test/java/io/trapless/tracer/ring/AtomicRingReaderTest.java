package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several writers that reserve and commit in any interleaving, some of them killed in between: what was committed is read whole and once, and nothing that may still be written is released. */
class AtomicRingReaderTest {
    private static final int SUB_BUFFER = 256;

    private static void check(CollectingSink sink, RingReader reader, AtomicWriter... writers) {
        long lost = 0;
        for (AtomicWriter writer : writers) {
            lost += writer.lost;
            List<Long> read = sink.records.stream()
                    .filter(r -> r.tid() == writer.tid())
                    .map(CollectingSink.Record::sequence)
                    .toList();
            assertThat(read).isEqualTo(writer.committed);
        }
        assertThat(reader.lost()).isEqualTo(lost);
        assertThat(reader.malformedPackets()).isZero();
        assertThat(reader.rejectedHeads()).isZero();
    }

    @Test
    void everyScheduleOfTwoWritersAndTheReader() throws IOException {
        Choices choices = new Choices();
        int runs = 0;
        do {
            TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
            AtomicWriter[] writers = {
                new AtomicWriter(ring, RecordingMode.DISCARD, 0), new AtomicWriter(ring, RecordingMode.DISCARD, 1)
            };
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            // Up to the end of a sub-buffer, so that the pad is among what is tried.
            while (writers[0].committed.size() < 2) {
                writers[0].step();
            }
            int[] budget = {9};
            ring.schedule(() -> {
                for (int w = 0; w < 2; w++) {
                    int steps = 3 * choices.choose(budget[0] / 3);
                    budget[0] -= steps;
                    for (int i = 0; i < steps; i++) {
                        writers[w].step();
                    }
                }
            });
            reader.poll();
            ring.schedule(() -> {});
            boolean hole = writers[0].isInsideHole() || writers[1].isInsideHole();
            reader.poll();
            assertThat(reader.isBlockedByHole() && !hole).as("%s", choices).isFalse();
            reader.drain();
            check(sink, reader, writers);
            runs++;
        } while (choices.advance());
        assertThat(runs).isGreaterThan(100);
    }

    @Test
    void randomSchedulesOfManyWritersAndAKill() throws IOException {
        long seed = System.nanoTime();
        System.out.println("AtomicRingReaderTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 400; run++) {
            runRandomly(new Random(random.nextLong()), run % 2 == 0 ? RecordingMode.DISCARD : RecordingMode.BLOCK);
        }
    }

    private static void runRandomly(Random random, RecordingMode mode) throws IOException {
        TestRing ring = new TestRing(RingKind.ATOMIC, 256 << random.nextInt(2));
        AtomicWriter[] writers = new AtomicWriter[1 + random.nextInt(4)];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new AtomicWriter(ring, mode, i);
        }
        CollectingSink sink = new CollectingSink(true);
        RingReader reader = ring.reader(sink);
        int burst = 1 + random.nextInt(80);
        ring.schedule(() -> {
            for (int i = random.nextInt(burst); i > 0; i--) {
                writers[random.nextInt(writers.length)].step();
            }
        });
        boolean flushes = random.nextBoolean();
        for (int i = 0; i < 30; i++) {
            if (flushes && random.nextInt(4) == 0) {
                reader.flush();
            } else {
                reader.poll();
            }
        }
        ring.schedule(() -> {});
        int insideHoles = 0;
        for (AtomicWriter writer : writers) {
            insideHoles += writer.isInsideHole() ? 1 : 0;
        }
        reader.drain();
        check(sink, reader, writers);
        // Neighbouring holes look like one; a writer killed before its pad leaves two.
        assertThat(reader.holes()).isLessThanOrEqualTo(2L * insideHoles);
    }

    @Test
    void aHoleHoldsTheReaderUpUntilItIsFilled() throws IOException {
        TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
        AtomicWriter slow = new AtomicWriter(ring, RecordingMode.DISCARD, 0);
        AtomicWriter fast = new AtomicWriter(ring, RecordingMode.DISCARD, 1);
        while (!slow.isInsideHole()) {
            slow.step();
        }
        while (fast.lost < 5) {
            fast.step();
        }
        CollectingSink sink = new CollectingSink(true);
        RingReader reader = ring.reader(sink);
        for (int i = 0; i < 100; i++) {
            assertThat(reader.poll()).isFalse();
        }
        assertThat(reader.isBlockedByHole()).isTrue();
        assertThat(sink.records).isEmpty();
        while (slow.committed.isEmpty()) {
            slow.step();
        }
        assertThat(reader.poll()).isTrue();
        assertThat(reader.isBlockedByHole()).isFalse();
        reader.drain();
        check(sink, reader, slow, fast);
        assertThat(reader.holes()).isZero();
    }

    @Test
    void aHoleThatNobodyWillFillIsSkippedOnRequest() throws IOException {
        TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
        AtomicWriter killed = new AtomicWriter(ring, RecordingMode.DISCARD, 0);
        AtomicWriter other = new AtomicWriter(ring, RecordingMode.DISCARD, 1);
        while (!killed.isInsideHole()) {
            killed.step();
        }
        while (other.committed.size() < 20) {
            other.step();
        }
        CollectingSink sink = new CollectingSink(true);
        RingReader reader = ring.reader(sink);
        reader.poll();
        assertThat(reader.isBlockedByHole()).isTrue();
        reader.skipPresentHoles();
        assertThat(reader.poll()).isTrue();
        assertThat(reader.isBlockedByHole()).isFalse();
        assertThat(reader.holes()).isEqualTo(1);
        // A later hole is one again.
        AtomicWriter late = new AtomicWriter(ring, RecordingMode.DISCARD, 2);
        while (!late.isInsideHole()) {
            late.step();
        }
        other.step();
        while (other.committed.size() < 40) {
            other.step();
        }
        reader.poll();
        assertThat(reader.isBlockedByHole()).isTrue();
        while (late.committed.isEmpty()) {
            late.step();
        }
        reader.drain();
        check(sink, reader, killed, other, late);
    }

    @Test
    void aSnapshotOfARunningFlightRecorderHoldsWholeRecords() throws IOException {
        long seed = System.nanoTime();
        System.out.println("AtomicRingReaderTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            TestRing ring = new TestRing(RingKind.ATOMIC, 256);
            AtomicWriter writer = new AtomicWriter(ring, RecordingMode.OVERWRITE, 1);
            for (int i = random.nextInt(3_000); i > 0; i--) {
                writer.step();
            }
            int burst = 1 + random.nextInt(60);
            ring.schedule(() -> {
                for (int i = random.nextInt(burst); i > 0; i--) {
                    writer.step();
                }
            });
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            reader.snapshot(new HeadHistory(ring.capacity));
            assertThat(sink.sequences())
                    .isSubsetOf(writer.committed)
                    .doesNotHaveDuplicates()
                    .isSorted();
        }
    }

    /** Its record, and its pad, may lie over newer records by then: none of them comes out, and all are counted. */
    @Test
    void whatAWriterWritesThatSleptWhileOthersCameRoundComesToNobody() throws IOException {
        long seed = System.nanoTime();
        System.out.println("AtomicRingReaderTest seed " + seed);
        Random random = new Random(seed);
        long dropped = 0;
        for (int run = 0; run < 3000; run++) {
            TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
            AtomicWriter late = new AtomicWriter(ring, RecordingMode.OVERWRITE, 0);
            AtomicWriter fast = new AtomicWriter(ring, RecordingMode.OVERWRITE, 1);
            for (int i = random.nextInt(400); i > 0 || !late.isInsideHole(); i--) {
                (random.nextBoolean() ? late : fast).step();
            }
            long head = ring.get(RingDescriptor.HEAD_OFFSET) + random.nextLong(3 * ring.capacity);
            while (ring.get(RingDescriptor.HEAD_OFFSET) < head) {
                fast.step();
            }
            while (late.isInsideHole()) {
                late.step();
            }
            late.step(); // it looks behind its mark
            for (int i = random.nextInt(300); i > 0; i--) {
                (random.nextInt(20) == 0 ? late : fast).step();
            }
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            reader.snapshot(new HeadHistory(ring.capacity));
            assertThat(reader.malformedPackets()).isZero();
            for (AtomicWriter writer : List.of(late, fast)) {
                assertThat(sink.records.stream()
                                .filter(r -> r.tid() == writer.tid())
                                .map(CollectingSink.Record::sequence)
                                .toList())
                        .isSubsetOf(writer.committed)
                        .doesNotHaveDuplicates()
                        .isSorted();
            }
            dropped += reader.lost() - ring.get(RingDescriptor.LOST_OFFSET);
        }
        assertThat(dropped).isPositive();
    }

    @Test
    void marksTellTheLapsApart() throws IOException {
        TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
        AtomicWriter writer = new AtomicWriter(ring, RecordingMode.BLOCK, 0);
        CollectingSink sink = new CollectingSink(true);
        RingReader reader = ring.reader(sink);
        for (int i = 0; i < 200_000; i++) {
            writer.step();
            if (i % 50 == 0) {
                reader.poll();
            }
        }
        reader.drain();
        check(sink, reader, writer);
        assertThat(reader.position() / ring.capacity).isGreaterThan(100);
    }

    /** The 16-bit lap number of a mark comes round after 65,536 laps, and is once that of a mark never written. */
    @Test
    void aFlightRecorderGoesOnWhenTheLapNumbersComeRound() throws IOException {
        for (int steps = 0; steps < 20_000; steps += 97) {
            TestRing ring = new TestRing(RingKind.ATOMIC, SUB_BUFFER);
            ring.set(RingDescriptor.HEAD_OFFSET, 65_533 * ring.capacity + PacketDescriptor.HEADER_SIZE);
            AtomicWriter writer = new AtomicWriter(ring, RecordingMode.OVERWRITE, 1);
            for (int i = 0; i < steps; i++) {
                writer.step();
            }
            while (writer.isInsideHole()) {
                writer.step();
            }
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            reader.snapshot(new HeadHistory(ring.capacity));
            int read = sink.records.size();
            int all = writer.committed.size();
            assertThat(sink.sequences()).isEqualTo(writer.committed.subList(all - read, all));
            long subBuffersWritten = ring.get(RingDescriptor.HEAD_OFFSET) / SUB_BUFFER - 65_533 * 16;
            if (subBuffersWritten < 16) {
                assertThat(read).isEqualTo(all);
            } else {
                assertThat(reader.holes()).isZero();
            }
        }
    }
}
