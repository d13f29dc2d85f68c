package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SourceHistoryTest {
    private static final int CPU = 3;
    private static final RingId STREAM = new RingId(RingKind.TRAP, CPU);
    private static final long BEGIN = 1_000;

    private long tsc = BEGIN;
    private long recorded;
    private final Pending source = new Pending();

    /** What the tests have written and nobody has taken. */
    private static final class Pending implements EventSource {
        private final List<MemorySegment> records = new ArrayList<>();
        private long lost;

        @Override
        public boolean poll(Output output) throws IOException {
            boolean any = !records.isEmpty();
            for (MemorySegment record : records) {
                output.record(CPU, record);
            }
            records.clear();
            return any;
        }

        @Override
        public void drain(Output output) throws IOException {
            poll(output);
            if (lost > 0) {
                output.lost(CPU, TestRecords.PLAIN, lost);
                lost = 0;
            }
        }
    }

    private void write(long records) {
        for (long i = 0; i < records; i++, recorded++) {
            tsc += 10;
            MemorySegment record = Arena.ofAuto().allocate(TestRecords.sizeOf(recorded), Long.BYTES);
            record.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    RecordDescriptor.ID_OFFSET,
                    tsc << 16 | TestRecords.idOf(recorded));
            for (int part = 0; part < 3; part++) {
                TestRecords.writePart(part, record, 0, 1, recorded);
            }
            source.records.add(record);
        }
    }

    private SourceHistory history(long capacity) {
        return new SourceHistory(capacity, () -> tsc, BEGIN);
    }

    private RingSet rings(PacketSink sink) throws IOException {
        return new RingSet(
                RingGeometry.withCapacity(1, 1 << 16, RecordingMode.OVERWRITE),
                TestRing.SESSION,
                List.of(),
                _ -> {
                    throw new AssertionError("there are no rings");
                },
                TestRecords.scanner(),
                sink,
                () -> tsc,
                BEGIN,
                RingConsumer.UNLIMITED,
                () -> {});
    }

    private CollectingSink replayed(SourceHistory history) throws IOException {
        CollectingSink sink = new CollectingSink(true);
        RingSet rings = rings(sink);
        rings.replay(history);
        assertThat(rings.statistics().events()).isEqualTo(sink.records.size());
        return sink;
    }

    @Test
    void theNewestRecordsAreKeptAndEachSnapshotHasThem() throws IOException {
        long capacity = 4L * SourceReader.PACKET_SIZE;
        SourceHistory history = history(capacity);
        assertThat(history.take(List.of(source))).isFalse();
        for (int i = 0; i < 200; i++) {
            write(97);
            assertThat(history.take(List.of(source))).isTrue();
        }
        CollectingSink sink = replayed(history);
        List<Long> kept = sink.sequences();
        assertThat(kept)
                .containsExactlyElementsOf(
                        LongStream.range(kept.getFirst(), recorded).boxed().toList());
        long bytes = kept.stream().mapToLong(TestRecords::sizeOf).sum();
        assertThat(bytes).isBetween(capacity * 3 / 4 - 4096, capacity);
        assertThat(sink.packetNumbers.getFirst()).as("packets were dropped").isPositive();
        assertThat(replayed(history).sequences()).isEqualTo(kept);

        write(1);
        history.take(List.of(source));
        assertThat(replayed(history).sequences()).last().isEqualTo(recorded - 1);
    }

    /** A record has 48 bits of its time, which wrap around every day and a half. */
    @Test
    void timesAreKnownAfterDays() throws IOException {
        SourceHistory history = history(1 << 20);
        List<Long> times = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            write(2);
            history.take(List.of(source));
            times.add(tsc);
            tsc += 3L << 47;
        }
        List<Long> ends = new ArrayList<>();
        rings((_, packet, _) ->
                        ends.add(packet.get(ValueLayout.JAVA_LONG_UNALIGNED, PacketDescriptor.TIMESTAMP_END_OFFSET)))
                .replay(history);
        assertThat(ends).isEqualTo(times);
    }

    @Test
    void lossesAreTold() throws IOException {
        SourceHistory history = history(1 << 20);
        source.lost = 2;
        history.drain(List.of(source));
        write(5);
        source.lost = 4;
        history.drain(List.of(source));
        CollectingSink sink = new CollectingSink(true);
        RingSet rings = rings(sink);
        rings.replay(history);
        assertThat(sink.lastDiscarded(STREAM)).isEqualTo(6);
        assertThat(rings.lostOf(TestRecords.PLAIN)).isEqualTo(6);
        assertThat(rings.statistics().lost()).isEqualTo(6);
        assertThat(sink.sequences()).containsExactly(0L, 1L, 2L, 3L, 4L);
    }
}
