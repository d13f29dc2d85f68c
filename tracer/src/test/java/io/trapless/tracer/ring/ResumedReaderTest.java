package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.RingDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A second reader goes on where the first released up to, while writers write; and it believes no position that can't be. */
class ResumedReaderTest {
    private static final int RUNS = 200;

    @Test
    void twoReadersOneAfterTheOtherTakeEverything() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ResumedReaderTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            TestRing rseq = new TestRing(RingKind.RSEQ, 256);
            RseqWriter restartable = new RseqWriter(rseq, RecordingMode.DISCARD, 1);
            inTurn(rseq, restartable::step, restartable.committed, random);
            TestRing atomic = new TestRing(RingKind.ATOMIC, 256);
            AtomicWriter locked = new AtomicWriter(atomic, RecordingMode.DISCARD, 1);
            inTurn(atomic, locked::step, locked.committed, random);
        }
    }

    private static void inTurn(TestRing ring, Runnable step, List<Long> committed, Random random) throws Exception {
        List<Long> read = new ArrayList<>();
        for (int turn = 0; turn < 4; turn++) {
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            reader.resume();
            for (int poll = 0; poll < 3; poll++) {
                for (int i = random.nextInt(400); i > 0; i--) {
                    step.run();
                }
                reader.poll();
            }
            if (turn == 3) {
                reader.drain();
            }
            read.addAll(sink.sequences());
            assertThat(reader.rejectedHeads()).isZero();
        }
        assertThat(read).isEqualTo(committed);
        assertThat(read).isNotEmpty();
    }

    @Test
    void anImpossiblePositionIsNotBelieved() throws Exception {
        for (long scribbled : new long[] {-256, 1, 255, 1 << 20, Long.MAX_VALUE, Long.MIN_VALUE}) {
            TestRing ring = new TestRing(RingKind.RSEQ, 256);
            RseqWriter writer = new RseqWriter(ring, RecordingMode.DISCARD, 1);
            while (writer.committed.size() < 20) {
                writer.step();
            }
            ring.set(RingDescriptor.CONSUMED_OFFSET, scribbled);
            CollectingSink sink = new CollectingSink(true);
            RingReader reader = ring.reader(sink);
            reader.resume();
            reader.drain();
            assertThat(sink.sequences()).as("%d", scribbled).isEqualTo(writer.committed);
        }
    }
}
