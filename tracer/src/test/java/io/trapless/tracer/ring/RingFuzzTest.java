package io.trapless.tracer.ring;

import io.trapless.fuzz.Fuzzing;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link RingFuzz} over what honest writers leave after some steps. */
class RingFuzzTest {
    private static final int[] STEPS = {60, 3_000};
    private static final List<byte[]> SEEDS = seeds();

    private static List<byte[]> seeds() {
        List<byte[]> all = new ArrayList<>();
        for (int steps : STEPS) {
            for (RecordingMode mode : List.of(RecordingMode.DISCARD, RecordingMode.OVERWRITE)) {
                TestRing rseq = new TestRing(RingKind.RSEQ, RingFuzz.SUB_BUFFER_SIZE);
                RseqWriter rseqWriter = new RseqWriter(rseq, mode, 1);
                TestRing atomic = new TestRing(RingKind.ATOMIC, RingFuzz.SUB_BUFFER_SIZE);
                AtomicWriter atomicWriter = new AtomicWriter(atomic, mode, 1);
                for (int i = 0; i < steps; i++) {
                    rseqWriter.step();
                    atomicWriter.step();
                }
                for (int how = 0; how < 4; how++) {
                    all.add(seed(rseq, how));
                    all.add(seed(atomic, how));
                }
            }
        }
        return all;
    }

    private static byte[] seed(TestRing ring, int how) {
        int capacity = (int) ring.capacity;
        boolean marked = ring.kind == RingKind.ATOMIC;
        int size = marked ? capacity / 2 * 3 : capacity;
        ByteBuffer seed = ByteBuffer.allocate(RingFuzz.HEAD_BYTES + size).order(ByteOrder.LITTLE_ENDIAN);
        seed.put((byte) (how << 1 | (marked ? 1 : 0)));
        seed.putLong(ring.get(RingDescriptor.HEAD_OFFSET)).putLong(0).putLong(ring.get(RingDescriptor.LOST_OFFSET));
        int data = 0;
        int marks = 0;
        for (int i = 0; i < size; i++) {
            long at = marked && i % 3 == 2
                    ? ring.markOffset(0) + marks++ % RingDescriptor.marksSize(capacity)
                    : ring.dataOffset(data++);
            seed.put(ring.memory.get(ValueLayout.JAVA_BYTE, at));
        }
        return seed.array();
    }

    @Test
    void damagedRingsGiveNothingButValidPackets() {
        Fuzzing.replay(RingFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noBytesSurpriseTheReaders(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(RingFuzz.class, folder, SEEDS, 4096);
    }
}
