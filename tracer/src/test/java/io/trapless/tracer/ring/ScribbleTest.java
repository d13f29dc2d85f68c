package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A target that writes anything anywhere into its rings, at any moment: the reader ends, throws nothing, and every packet that it lets through is valid. */
class ScribbleTest {
    private static final long[] EVIL = {
        0, 1, -1, 7, 8, 79, 80, 81, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 0xFFFF_FFFFL, 1L << 48, 1L << 61, 1L << 62
    };

    @Test
    void anything() throws IOException {
        long seed = System.nanoTime();
        System.out.println("ScribbleTest seed " + seed);
        Random seeds = new Random(seed);
        long malformed = 0;
        long rejected = 0;
        for (int run = 0; run < 1_500; run++) {
            Random random = new Random(seeds.nextLong());
            RingKind kind = random.nextBoolean() ? RingKind.RSEQ : RingKind.ATOMIC;
            TestRing ring = new TestRing(kind, 256);
            Runnable writer = writer(ring, random.nextBoolean() ? RecordingMode.DISCARD : RecordingMode.OVERWRITE);
            RingReader reader = ring.reader(new CollectingSink(false));
            int rarity = 1 + random.nextInt(300);
            ring.schedule(() -> {
                for (int i = random.nextInt(60); i > 0; i--) {
                    if (random.nextInt(rarity) == 0) {
                        scribble(ring, random);
                    }
                    writer.run();
                }
            });
            if (random.nextInt(4) == 0) {
                reader.snapshot(new HeadHistory(ring.capacity));
            } else {
                int flushes = random.nextInt(3);
                for (int i = 0; i < 20; i++) {
                    if (random.nextInt(4) < flushes) {
                        reader.flush();
                    } else {
                        reader.poll();
                    }
                }
                reader.drain();
            }
            malformed += reader.malformedPackets();
            rejected += reader.rejectedHeads();
        }
        assertThat(malformed).isPositive();
        assertThat(rejected).isPositive();
    }

    private static Runnable writer(TestRing ring, RecordingMode mode) {
        if (ring.kind == RingKind.RSEQ) {
            RseqWriter writer = new RseqWriter(ring, mode, 1);
            return writer::step;
        }
        AtomicWriter writer = new AtomicWriter(ring, mode, 1);
        return writer::step;
    }

    private static void scribble(TestRing ring, Random random) {
        long value = random.nextBoolean() ? EVIL[random.nextInt(EVIL.length)] : random.nextLong();
        switch (random.nextInt(6)) {
            case 0 ->
                ring.set(
                        RingDescriptor.HEAD_OFFSET, ring.get(RingDescriptor.HEAD_OFFSET) + random.nextInt(2000) - 1000);
            case 1 -> ring.set(random.nextInt(17) * 8L, value);
            case 2 -> {
                long subBuffer = ring.dataOffset((long) random.nextInt(16) * ring.subBufferSize);
                ring.set(subBuffer + random.nextInt(PacketDescriptor.HEADER_SIZE), value);
            }
            case 3 -> ring.set(ring.dataOffset(random.nextInt((int) ring.capacity)), value);
            case 4 -> {
                long at = ring.markOffset(random.nextInt((int) ring.capacity));
                ring.memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) random.nextInt(4));
            }
            default -> ring.set(RingDescriptor.DATA_OFFSET + random.nextInt((int) ring.capacity), value);
        }
    }

    @Test
    void anImpossibleTimeCostsNoRecord() throws IOException {
        TestRing ring = new TestRing(RingKind.RSEQ, 256);
        RseqWriter writer = new RseqWriter(ring, RecordingMode.DISCARD, 1);
        while (writer.committed.size() < 3) {
            writer.step();
        }
        // The second record claims the distant future, the third the past.
        long second = ring.dataOffset(PacketDescriptor.HEADER_SIZE) + TestRecords.sizeOf(0);
        ring.set(second, ring.get(second) | 0x7FFF_FFFF_FFFF_0000L);
        CollectingSink sink = new CollectingSink(true);
        PacketCheck check = new PacketCheck(TestRecords.scanner(), RingConsumer.UNLIMITED);
        ring.reader(sink, check).drain();
        assertThat(sink.sequences()).isEqualTo(writer.committed);
        assertThat(check.mendedTimes()).isEqualTo(1);
    }
}
