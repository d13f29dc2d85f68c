package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingSetTest {
    /** Wants events soon, and says when it has enough. */
    private static final class Handlers implements PacketSink {
        long records;
        boolean plenty;
        int polls;

        @Override
        public void accept(RingId ring, MemorySegment packet, long newRecords) {
            records += newRecords;
        }

        @Override
        public boolean wantsParts() {
            return true;
        }

        @Override
        public boolean hasPlenty() {
            return plenty;
        }

        @Override
        public void polled(long tscCycles) {
            polls++;
        }
    }

    @Test
    void whatHandlersCannotTakeYetStaysInItsRingUntilThatIsHalfFull() throws IOException {
        RingGeometry geometry = RingGeometry.withCapacity(1, 1 << 16, RecordingMode.DISCARD);
        TestRing ring = new TestRing(RingKind.RSEQ, geometry.subBufferSizeBytes());
        RseqWriter writer = new RseqWriter(ring, RecordingMode.DISCARD, 1);
        Handlers handlers = new Handlers();
        RingSet rings = new RingSet(
                geometry,
                TestRing.SESSION,
                List.of(ring.id()),
                _ -> ring,
                TestRecords.scanner(),
                handlers,
                () -> ring.tsc,
                1_000,
                RingConsumer.UNLIMITED,
                () -> {});
        handlers.plenty = true;
        while (ring.get(RingDescriptor.HEAD_OFFSET) <= ring.capacity / 2) {
            assertThat(rings.poll()).as("there is more to do").isTrue();
            assertThat(handlers.records).isZero();
            assertThat(handlers.polls).isZero();
            writer.step();
        }
        rings.poll();
        assertThat(handlers.records).isEqualTo(writer.committed.size());
        assertThat(handlers.polls).isEqualTo(1);

        handlers.plenty = false;
        while (writer.committed.size() == handlers.records) {
            writer.step();
        }
        rings.poll();
        assertThat(handlers.records).isEqualTo(writer.committed.size());
    }
}
