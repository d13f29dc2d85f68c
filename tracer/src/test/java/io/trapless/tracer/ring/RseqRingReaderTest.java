package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Every record that a killed or aborted writer published is read whole, in order and once; every loss is counted. */
class RseqRingReaderTest {
    /** Room for a header and two plain records, so that sub-buffers change all the time. */
    private static final int SUB_BUFFER = 128;

    private static final RingId ID = new RingId(RingKind.RSEQ, 0);

    @Test
    void everyScheduleOfAFullRingAndItsReader() throws IOException {
        Choices choices = new Choices();
        int runs = 0;
        do {
            TestRing ring = new TestRing(RingKind.RSEQ, SUB_BUFFER);
            RseqWriter writer = new RseqWriter(ring, RecordingMode.DISCARD, 7);
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            while (writer.lost == 0) {
                writer.step();
            }
            int[] budget = {9};
            ring.schedule(() -> {
                int steps = choices.choose(budget[0]);
                budget[0] -= steps;
                for (int i = 0; i < steps; i++) {
                    writer.step();
                }
            });
            // One sub-buffer only, or the choices would be too many: the others are taken without the writer.
            takeOne(reader);
            ring.schedule(() -> {});
            reader.poll();
            reader.drain();
            assertThat(sink.sequences()).as("%s", choices).isEqualTo(writer.committed);
            assertThat(reader.lost()).isEqualTo(writer.lost);
            runs++;
        } while (choices.advance());
        assertThat(runs).isGreaterThan(3_000);
    }

    /** Polls until one sub-buffer has been released, by a head that lets only one be seen. */
    private static void takeOne(RingReader reader) throws IOException {
        ((RseqRingReader) reader).pollAtMost(1);
    }

    @Test
    void randomSchedulesWithAbortsSeveralThreadsAndAKill() throws IOException {
        long seed = System.nanoTime();
        System.out.println("RseqRingReaderTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            runRandomly(new Random(random.nextLong()), RecordingMode.DISCARD);
            runRandomly(new Random(random.nextLong()), RecordingMode.BLOCK);
        }
    }

    private static void runRandomly(Random random, RecordingMode mode) throws IOException {
        TestRing ring = new TestRing(RingKind.RSEQ, 128 << random.nextInt(3));
        RseqWriter[] writers = new RseqWriter[1 + random.nextInt(3)];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new RseqWriter(ring, mode, i);
        }
        CollectingSink sink = new CollectingSink(true);
        RingReader reader = ring.reader(sink);
        int burst = 1 + random.nextInt(60);
        int[] running = {0};
        ring.schedule(() -> {
            for (int i = random.nextInt(burst); i > 0; i--) {
                if (random.nextInt(20) == 0) {
                    writers[running[0]].abort();
                    running[0] = random.nextInt(writers.length);
                }
                writers[running[0]].step();
            }
        });
        boolean flushes = random.nextBoolean();
        for (int i = 0; i < 20; i++) {
            if (flushes && random.nextInt(4) == 0) {
                reader.flush();
            } else {
                reader.poll();
            }
        }
        // Killed: wherever they are, they take no further step.
        ring.schedule(() -> {});
        reader.drain();
        long lost = 0;
        for (RseqWriter writer : writers) {
            lost += writer.lost;
            List<Long> read = sink.records.stream()
                    .filter(r -> r.tid() == writer.tid())
                    .map(CollectingSink.Record::sequence)
                    .toList();
            assertThat(read).isEqualTo(writer.committed);
        }
        assertThat(reader.lost()).isEqualTo(lost);
        assertThat(sink.lastDiscarded(ID)).isEqualTo(lost);
        long lostByEvent = ring.lostOf(TestRecords.PLAIN) + ring.lostOf(TestRecords.LONG);
        assertThat(lostByEvent).isBetween(lost, lost + writers.length);
        assertThat(sink.packetNumbers)
                .isEqualTo(
                        LongStream.range(0, sink.packetNumbers.size()).boxed().toList());
        assertThat(reader.malformedPackets()).isZero();
        assertThat(reader.rejectedHeads()).isZero();
    }

    @Test
    void aSnapshotOfARunningFlightRecorderHoldsAnUnbrokenRun() throws IOException {
        long seed = System.nanoTime();
        System.out.println("RseqRingReaderTest seed " + seed);
        Random random = new Random(seed);
        long overtaken = 0;
        for (int run = 0; run < 1_000; run++) {
            TestRing ring = new TestRing(RingKind.RSEQ, SUB_BUFFER);
            RseqWriter writer = new RseqWriter(ring, RecordingMode.OVERWRITE, 1);
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
            long before = writer.committed.size();
            reader.snapshot(new HeadHistory(ring.capacity));
            overtaken += reader.overtaken();
            List<Long> read = sink.sequences();
            assertThat(read)
                    .isSubsetOf(writer.committed)
                    .doesNotHaveDuplicates()
                    .isSorted();
            if (reader.overtaken() == 0 && !read.isEmpty()) {
                // Nothing is missing between the oldest record and the head at the beginning.
                assertThat(read)
                        .isEqualTo(LongStream.range(read.getFirst(), before + (read.getLast() - before + 1))
                                .boxed()
                                .toList());
                assertThat(read.getLast()).isGreaterThanOrEqualTo(before - 1);
            }
            assertThat(reader.malformedPackets()).isZero();
        }
        assertThat(overtaken).isPositive();
    }

    @Test
    void aFinishedFlightRecorderGivesAllThatFits() throws IOException {
        for (int steps = 0; steps < 2_000; steps += 13) {
            TestRing ring = new TestRing(RingKind.RSEQ, SUB_BUFFER);
            RseqWriter writer = new RseqWriter(ring, RecordingMode.OVERWRITE, 1);
            for (int i = 0; i < steps; i++) {
                writer.step();
            }
            CollectingSink sink = new CollectingSink(true);
            ring.reader(sink).snapshot(new HeadHistory(ring.capacity));
            int read = sink.records.size();
            int all = writer.committed.size();
            assertThat(sink.sequences()).isEqualTo(writer.committed.subList(all - read, all));
            long subBuffersWritten = ring.get(RingDescriptor.HEAD_OFFSET) / SUB_BUFFER;
            if (subBuffersWritten < 16) {
                assertThat(read).isEqualTo(all);
            }
        }
    }

    @Test
    void theLimitCutsExactly() throws IOException {
        for (int limit = 1; limit < 30; limit++) {
            TestRing ring = new TestRing(RingKind.RSEQ, 256);
            RseqWriter writer = new RseqWriter(ring, RecordingMode.DISCARD, 1);
            while (writer.committed.size() < 40) {
                writer.step();
            }
            CollectingSink sink = new CollectingSink(true);
            PacketCheck check = new PacketCheck(TestRecords.scanner(), limit);
            ring.reader(sink, check).drain();
            assertThat(sink.sequences()).isEqualTo(writer.committed.subList(0, limit));
            assertThat(check.passedOf(TestRecords.PLAIN) + check.passedOf(TestRecords.LONG))
                    .isEqualTo(limit);
            assertThat(check.limitReached()).isTrue();
        }
    }
}
