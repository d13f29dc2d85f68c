package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.PacketDescriptor;
import io.trapless.trace.ctf.PacketScanner;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps every record, and checks of every packet what a CTF reader relies on. */
final class CollectingSink implements PacketSink {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    record Record(int tid, long sequence) {}

    final List<Record> records = new ArrayList<>();
    final List<Long> packetNumbers = new ArrayList<>();
    private final Map<RingId, Long> ends = new HashMap<>();
    private final Map<RingId, Long> discarded = new HashMap<>();
    private final PacketScanner scanner = TestRecords.scanner();
    private final boolean honest;

    /** {@code honest}: the writers follow the protocol, so every record must be intact. */
    CollectingSink(boolean honest) {
        this.honest = honest;
    }

    @Override
    public void accept(RingId ring, MemorySegment packet, long count) {
        long size = packet.byteSize();
        long begin = packet.get(LONG, PacketDescriptor.TIMESTAMP_BEGIN_OFFSET);
        long end = packet.get(LONG, PacketDescriptor.TIMESTAMP_END_OFFSET);
        long lost = packet.get(LONG, PacketDescriptor.EVENTS_DISCARDED_OFFSET);
        assertThat(packet.get(INT, PacketDescriptor.MAGIC_OFFSET)).isEqualTo(PacketDescriptor.CTF_MAGIC);
        assertThat(packet.get(LONG, PacketDescriptor.CONTENT_SIZE_OFFSET)).isEqualTo(8 * size);
        assertThat(packet.get(LONG, PacketDescriptor.PACKET_SIZE_OFFSET)).isEqualTo(8 * size);
        assertThat(packet.get(INT, PacketDescriptor.CPU_ID_OFFSET)).isEqualTo(ring.cpu());
        assertThat(packet.get(INT, PacketDescriptor.RING_KIND_OFFSET))
                .isEqualTo(ring.kind().code());
        assertThat(begin).isGreaterThanOrEqualTo(ends.getOrDefault(ring, 0L));
        assertThat(end).isGreaterThanOrEqualTo(begin);
        assertThat(lost).isGreaterThanOrEqualTo(discarded.getOrDefault(ring, 0L));
        // Valid by a scanner that knows nothing of the reader: all of it, in order, within the packet's times.
        PacketScanner.Verdict verdict = scanner.scan(packet, PacketDescriptor.HEADER_SIZE, size, begin, end);
        assertThat(verdict).isEqualTo(PacketScanner.Verdict.WHOLE);
        assertThat(scanner.eventCount()).isEqualTo(count);
        ends.put(ring, end);
        discarded.put(ring, lost);
        packetNumbers.add(packet.get(LONG, PacketDescriptor.SEQUENCE_NUMBER_OFFSET));
        for (long at = PacketDescriptor.HEADER_SIZE; at < size; at += scanner.recordSize(packet, at, size)) {
            if (honest && !TestRecords.isIntact(packet, at)) {
                throw new AssertionError("a torn record at " + at);
            }
            records.add(new Record(TestRecords.tid(packet, at), TestRecords.sequence(packet, at)));
        }
    }

    List<Long> sequences() {
        return records.stream().map(Record::sequence).toList();
    }

    long lastDiscarded(RingId ring) {
        return discarded.getOrDefault(ring, 0L);
    }
}
