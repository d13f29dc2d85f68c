package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that are days apart have their true times, although a record holds only 48 bits, which come round every 34 hours at 2.3 GHz. */
class RareEventsTest {
    private static final int SUB_BUFFER = 512;
    private static final long HOUR = 2_300_000_000L * 3600;
    private static final long MASK_48 = (1L << 48) - 1;

    /** Reads times as CTF readers do: from the packet's beginning on, each behind the last by less than 2^48 cycles. */
    private static final class Times implements PacketSink {
        final List<Long> cycles = new ArrayList<>();
        final List<Long> numbers = new ArrayList<>();

        @Override
        public void accept(RingId ring, MemorySegment packet, long records) {
            long time = packet.get(ValueLayout.JAVA_LONG_UNALIGNED, PacketDescriptor.TIMESTAMP_BEGIN_OFFSET);
            var scanner = TestRecords.scanner();
            for (long at = PacketDescriptor.HEADER_SIZE;
                    at < packet.byteSize();
                    at += scanner.recordSize(packet, at, packet.byteSize())) {
                long low = packet.get(ValueLayout.JAVA_LONG_UNALIGNED, at) >>> 16;
                time += (low - time) & MASK_48;
                cycles.add(time);
            }
            numbers.add(packet.get(ValueLayout.JAVA_LONG_UNALIGNED, PacketDescriptor.SEQUENCE_NUMBER_OFFSET));
        }
    }

    /** Some thread that writes whole events, and remembers when. */
    private static final class Writer {
        private final Runnable step;
        private final List<?> committed;
        private final TestRing ring;
        final List<Long> written = new ArrayList<>();

        Writer(TestRing ring) {
            this.ring = ring;
            if (ring.kind == RingKind.RSEQ) {
                RseqWriter writer = new RseqWriter(ring, RecordingMode.OVERWRITE, 1);
                step = writer::step;
                committed = writer.committed;
            } else {
                AtomicWriter writer = new AtomicWriter(ring, RecordingMode.OVERWRITE, 1);
                step = writer::step;
                committed = writer.committed;
            }
        }

        void write() {
            int before = committed.size();
            long time = ring.tsc;
            while (committed.size() == before) {
                time = ring.tsc;
                step.run();
                time = Math.max(time, ring.tsc);
            }
            written.add(time);
        }
    }

    @ParameterizedTest
    @EnumSource(RingKind.class)
    void aFlightRecorderThatRunsForWeeks(RingKind kind) throws IOException {
        long seed = System.nanoTime();
        System.out.println("RareEventsTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 100; run++) {
            TestRing ring = new TestRing(kind, SUB_BUFFER);
            Writer writer = new Writer(ring);
            HeadHistory history = new HeadHistory(ring.capacity);
            RingReader watcher = ring.reader((_, _, _) -> {});
            int rarity = 1 + random.nextInt(60);
            for (int hour = 0; hour < 500; hour++) {
                watcher.note(history);
                ring.tsc += random.nextLong(HOUR / 2);
                if (random.nextInt(rarity) == 0) {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        writer.write();
                    }
                }
                ring.tsc += HOUR / 2;
            }
            Times times = new Times();
            RingReader reader = ring.reader(times);
            reader.snapshot(history);
            int read = times.cycles.size();
            assertAbout(times.cycles, writer.written.subList(writer.written.size() - read, writer.written.size()));
            assertThat(reader.context.check().mendedTimes()).isZero();
            long first = times.numbers.isEmpty() ? 0 : times.numbers.getFirst();
            for (int i = 0; i < times.numbers.size(); i++) {
                assertThat(times.numbers.get(i)).isEqualTo(first + i);
            }
            if (ring.get(RingDescriptor.HEAD_OFFSET) < ring.capacity) {
                assertThat(read).isEqualTo(writer.written.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RingKind.class)
    void aRecordingThatIsFlushedEveryHour(RingKind kind) throws IOException {
        TestRing ring = new TestRing(kind, SUB_BUFFER);
        Writer writer = new Writer(ring);
        Times times = new Times();
        RingReader reader = ring.reader(times);
        for (int hour = 0; hour < 1_000; hour++) {
            reader.flush();
            ring.tsc += HOUR;
            if (hour % 41 == 40) {
                writer.write();
            }
        }
        reader.drain();
        assertAbout(times.cycles, writer.written);
        assertThat(reader.context.check().mendedTimes()).isZero();
    }

    /** The clock of the tests ticks with each step of a writer; a record's time is one of those while it was written. */
    private static void assertAbout(List<Long> read, List<Long> written) {
        assertThat(read).hasSameSizeAs(written);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i)).as("event %d", i).isBetween(written.get(i) - 100, written.get(i) + 100);
        }
    }

    @Test
    void theHistoryStaysSmall() {
        HeadHistory history = new HeadHistory(1 << 16);
        for (long i = 0; i < 100_000; i++) {
            history.note(80 + i * 1_000, i * HOUR);
        }
        assertThat(history.size()).isLessThan(70);
        for (long i = 0; i < 100_000; i++) {
            history.note(80 + 99_999 * 1_000, (100_000 + i) * HOUR);
        }
        assertThat(history.size()).isLessThan(70);
        assertThat(history.before(Long.MAX_VALUE)).isEqualTo(199_999 * HOUR);
    }
}
