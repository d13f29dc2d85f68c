package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.layout.PacketDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The consumer's own thread against writers in real threads, over a real file. */
class RingConsumerTest {
    @TempDir
    Path directory;

    private final CountDownLatch limitReached = new CountDownLatch(1);
    private final CountDownLatch failed = new CountDownLatch(1);
    private final RingConsumer.Listener listener = new RingConsumer.Listener() {
        @Override
        public void limitReached() {
            limitReached.countDown();
        }

        @Override
        public void failed(IOException failure) {
            failed.countDown();
        }
    };

    private SessionFile create(long capacity, RecordingMode mode) throws IOException {
        RingGeometry geometry = RingGeometry.withCapacity(2, capacity, mode);
        return SessionFile.create(
                directory.resolve("rings"), geometry, TestRing.SESSION, Reservation.NONE, System.nanoTime());
    }

    private RingConsumer consumer(SessionFile file, PacketSink sink, long maxEvents) throws IOException {
        return new RingConsumer(file, TestRecords.scanner(), sink, System::nanoTime, 0, maxEvents, listener);
    }

    @Test
    void countsAddUpWhenTheWriterIsFasterThanItsReader() throws Exception {
        long events = 3_000_000;
        CheckingSink sink = new CheckingSink();
        try (SessionFile file = create(64 << 10, RecordingMode.DISCARD);
                RingConsumer consumer = consumer(file, sink, RingConsumer.UNLIMITED)) {
            RingId ring = new RingId(RingKind.RSEQ, 1);
            MappedWriters.Single writer = new MappedWriters.Single(MappedWriters.mapRing(file, ring), file.geometry());
            consumer.start();
            for (long i = 0; i < events; i++) {
                writer.write(i, System.nanoTime());
            }
            ConsumerStatistics statistics = consumer.finish();
            assertThat(statistics.lost()).isEqualTo(writer.lost).isPositive();
            assertThat(statistics.events() + writer.lost).isEqualTo(events);
            assertThat(sink.events).isEqualTo(statistics.events());
            assertThat(statistics.bytes()).isEqualTo(TestRecords.PLAIN_SIZE * statistics.events());
            assertThat(consumer.eventsOf(TestRecords.PLAIN)).isEqualTo(statistics.events());
            assertThat(consumer.lostOf(TestRecords.PLAIN)).isEqualTo(writer.lost);
            assertThat(statistics.malformedPackets() + statistics.mendedTimes() + statistics.rejectedHeads())
                    .isZero();
        }
    }

    @Test
    void nothingIsLostInBlockMode() throws Exception {
        long events = 1_000_000;
        CheckingSink sink = new CheckingSink();
        try (SessionFile file = create(1 << 20, RecordingMode.BLOCK);
                RingConsumer consumer = consumer(file, sink, RingConsumer.UNLIMITED)) {
            MappedWriters.Single writer = new MappedWriters.Single(
                    MappedWriters.mapRing(file, new RingId(RingKind.RSEQ, 0)), file.geometry());
            consumer.start();
            for (long i = 0; i < events; i++) {
                writer.write(i, System.nanoTime());
            }
            ConsumerStatistics statistics = consumer.finish();
            assertThat(statistics.events()).isEqualTo(events);
            assertThat(sink.last).isEqualTo(events - 1);
            assertThat(statistics.lost()).isZero();
        }
    }

    @Test
    void severalThreadsShareAnAtomicRing() throws Exception {
        int threads = 4;
        long each = 100_000;
        CollectingSink sink = new CollectingSink(true);
        try (SessionFile file = create(1 << 20, RecordingMode.DISCARD);
                RingConsumer consumer = consumer(file, sink, RingConsumer.UNLIMITED)) {
            MemorySegment ring = MappedWriters.mapRing(file, new RingId(RingKind.ATOMIC, 0));
            consumer.start();
            AtomicLong lost = new AtomicLong();
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int tid = t;
                writers.add(Thread.ofPlatform().start(() -> {
                    for (long i = 0; i < each; i++) {
                        if (!MappedWriters.writeAtomic(ring, file.geometry(), tid, i)) {
                            lost.incrementAndGet();
                        }
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            ConsumerStatistics statistics = consumer.finish();
            assertThat(statistics.events() + lost.get()).isEqualTo(threads * each);
            assertThat(statistics.lost()).isEqualTo(lost.get());
            assertThat(consumer.lostOf(TestRecords.PLAIN) + consumer.lostOf(TestRecords.LONG))
                    .isEqualTo(lost.get());
            assertThat(statistics.holes()).isZero();
            assertThat(statistics.malformedPackets() + statistics.mendedTimes()).isZero();
            long[] last = new long[threads];
            Arrays.fill(last, -1);
            for (CollectingSink.Record record : sink.records) {
                assertThat(record.sequence() > last[record.tid()]).isTrue();
                last[record.tid()] = record.sequence();
            }
        }
    }

    @Test
    void aFlightRecorderKeepsTheNewest() throws Exception {
        CheckingSink sink = new CheckingSink();
        try (SessionFile file = create(64 << 10, RecordingMode.OVERWRITE);
                RingConsumer consumer = consumer(file, sink, RingConsumer.UNLIMITED)) {
            TestRing ring = new TestRing(RingKind.RSEQ, file.geometry().subBufferSizeBytes());
            RseqWriter writer = new RseqWriter(ring, RecordingMode.OVERWRITE, 1);
            consumer.start();
            while (writer.committed.size() < 20_000) {
                writer.step();
            }
            MappedWriters.mapRing(file, new RingId(RingKind.RSEQ, 0))
                    .copyFrom(ring.memory.asSlice(0, io.trapless.layout.RingDescriptor.DATA_OFFSET + ring.capacity));
            ConsumerStatistics statistics = consumer.finish();
            assertThat(sink.last).isEqualTo(19_999);
            assertThat(statistics.events()).isBetween(1_500L, 3_000L);
            assertThat(statistics.lost()).isZero();
        }
    }

    @Test
    void theLimitIsTold() throws Exception {
        CheckingSink sink = new CheckingSink();
        try (SessionFile file = create(1 << 20, RecordingMode.BLOCK);
                RingConsumer consumer = consumer(file, sink, 12_345)) {
            MappedWriters.Single writer = new MappedWriters.Single(
                    MappedWriters.mapRing(file, new RingId(RingKind.RSEQ, 0)), file.geometry());
            consumer.start();
            for (long i = 0; i < 200_000; i++) {
                writer.write(i, System.nanoTime());
            }
            assertThat(limitReached.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(consumer.finish().events()).isEqualTo(12_345);
            assertThat(sink.events).isEqualTo(12_345);
            assertThat(sink.last).isEqualTo(12_344);
        }
    }

    @Test
    void aFailingSinkEndsTheConsumerAndTheHeartbeat() throws Exception {
        PacketSink full = (ring, packet, count) -> {
            throw new IOException("the disk is full");
        };
        try (SessionFile file = create(64 << 10, RecordingMode.DISCARD);
                RingConsumer consumer = consumer(file, full, RingConsumer.UNLIMITED)) {
            MappedWriters.Single writer = new MappedWriters.Single(
                    MappedWriters.mapRing(file, new RingId(RingKind.RSEQ, 0)), file.geometry());
            consumer.start();
            for (long i = 0; i < 10_000; i++) {
                writer.write(i, System.nanoTime());
            }
            assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(consumer::finish).hasMessage("the disk is full");
        }
    }

    @Test
    void aFileThatTheTargetTruncatesIsOneClearLine() throws Exception {
        AtomicInteger packets = new AtomicInteger();
        PacketSink sink = (ring, packet, count) -> packets.incrementAndGet();
        try (SessionFile file = create(64 << 10, RecordingMode.DISCARD);
                RingConsumer consumer = consumer(file, sink, RingConsumer.UNLIMITED)) {
            consumer.start();
            Thread.sleep(20);
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(consumer::finish)
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("truncated");
        }
    }

    @Test
    void anIdleConsumerCostsNearlyNothingAndBeats() throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try (SessionFile file = create(64 << 20, RecordingMode.DISCARD);
                RingConsumer consumer = consumer(file, (ring, packet, count) -> {}, RingConsumer.UNLIMITED)) {
            consumer.start();
            Thread.sleep(1_500); // what is compiled by then is not what it costs
            long id = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals("trapless-consumer") && t.isAlive())
                    .findFirst()
                    .orElseThrow()
                    .threadId();
            long before = threads.getThreadCpuTime(id);
            long beatBefore = file.lastBeat();
            Thread.sleep(2_000);
            assertThat(threads.getThreadCpuTime(id) - before).isLessThan(20_000_000);
            assertThat(file.lastBeat()).isGreaterThan(beatBefore);
            consumer.finish();
            assertThat(file.lastBeat()).isZero();
        }
    }

    /** Plain records of one writer, in order. */
    private static final class CheckingSink implements PacketSink {
        long events;
        long last = -1;

        @Override
        public void accept(RingId ring, MemorySegment packet, long count) {
            long at = PacketDescriptor.HEADER_SIZE;
            for (long i = 0; i < count; i++) {
                long sequence = TestRecords.sequence(packet, at);
                if (sequence <= last
                        || !TestRecords.isIntact(packet, at) && TestRecords.idOf(sequence) != TestRecords.LONG) {
                    throw new AssertionError("sequence " + sequence + " after " + last);
                }
                last = sequence;
                at += (packet.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xFFFF) == TestRecords.PLAIN
                        ? TestRecords.PLAIN_SIZE
                        : TestRecords.sizeOf(sequence);
            }
            assertThat(at).isEqualTo(packet.byteSize());
            events += count;
        }
    }
}
