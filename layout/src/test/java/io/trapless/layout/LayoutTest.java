package io.trapless.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pins every offset: whoever changes one changes what running targets, other versions and recorded rings mean, and must raise the version. */
class LayoutTest {
    @Test
    void sessionHeader() {
        assertThat(SessionHeaderDescriptor.VERSION).isEqualTo(3);
        ByteBuffer magic = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(SessionHeaderDescriptor.MAGIC);
        assertThat(new String(magic.array(), StandardCharsets.US_ASCII)).isEqualTo("TRAPLESS");
        assertThat(SessionHeaderDescriptor.MAGIC_OFFSET).isEqualTo(0);
        assertThat(SessionHeaderDescriptor.VERSION_OFFSET).isEqualTo(8);
        assertThat(SessionHeaderDescriptor.CPU_COUNT_OFFSET).isEqualTo(12);
        assertThat(SessionHeaderDescriptor.SUB_BUFFER_SIZE_OFFSET).isEqualTo(16);
        assertThat(SessionHeaderDescriptor.CAPACITY_OFFSET).isEqualTo(24);
        assertThat(SessionHeaderDescriptor.MODE_OFFSET).isEqualTo(32);
        assertThat(SessionHeaderDescriptor.UUID_OFFSET).isEqualTo(40);
        assertThat(SessionHeaderDescriptor.HEARTBEAT_OFFSET).isEqualTo(64);
        assertThat(SessionHeaderDescriptor.ENABLE_OFFSET).isEqualTo(4096);
        assertThat(SessionHeaderDescriptor.MAX_EVENT_IDS).isEqualTo(65_536);
        assertThat(SessionHeaderDescriptor.RINGS_OFFSET).isEqualTo(69_632);
        assertThat(SessionHeaderDescriptor.SUB_BUFFER_COUNT).isEqualTo(16);
        assertThat(SessionHeaderDescriptor.MIN_CAPACITY).isEqualTo(65_536);
        assertThat(SessionHeaderDescriptor.MODE_DISCARD).isEqualTo(0);
        assertThat(SessionHeaderDescriptor.MODE_OVERWRITE).isEqualTo(1);
        assertThat(SessionHeaderDescriptor.MODE_BLOCK).isEqualTo(2);
    }

    @Test
    void ring() {
        assertThat(RingDescriptor.HEAD_OFFSET).isEqualTo(0);
        assertThat(RingDescriptor.LIMIT_OFFSET).isEqualTo(8);
        assertThat(RingDescriptor.CONSUMED_OFFSET).isEqualTo(64);
        assertThat(RingDescriptor.LOST_OFFSET).isEqualTo(128);
        assertThat(RingDescriptor.LOST_BY_EVENT_OFFSET).isEqualTo(4096);
        assertThat(RingDescriptor.DATA_OFFSET).isEqualTo(528_384);
        assertThat(RingDescriptor.MARK_GRANULE).isEqualTo(8);
        assertThat(RingDescriptor.PAD_ID).isEqualTo(0xFFFF);
        assertThat(RingDescriptor.marksSize(65_536)).isEqualTo(16_384);
    }

    @Test
    void packet() {
        assertThat(PacketDescriptor.CTF_MAGIC).isEqualTo(0xC1FC1FC1);
        assertThat(PacketDescriptor.MAGIC_OFFSET).isEqualTo(0);
        assertThat(PacketDescriptor.UUID_OFFSET).isEqualTo(4);
        assertThat(PacketDescriptor.STREAM_ID_OFFSET).isEqualTo(20);
        assertThat(PacketDescriptor.TIMESTAMP_BEGIN_OFFSET).isEqualTo(24);
        assertThat(PacketDescriptor.TIMESTAMP_END_OFFSET).isEqualTo(32);
        assertThat(PacketDescriptor.CONTENT_SIZE_OFFSET).isEqualTo(40);
        assertThat(PacketDescriptor.PACKET_SIZE_OFFSET).isEqualTo(48);
        assertThat(PacketDescriptor.SEQUENCE_NUMBER_OFFSET).isEqualTo(56);
        assertThat(PacketDescriptor.EVENTS_DISCARDED_OFFSET).isEqualTo(64);
        assertThat(PacketDescriptor.CPU_ID_OFFSET).isEqualTo(72);
        assertThat(PacketDescriptor.RING_KIND_OFFSET).isEqualTo(76);
        assertThat(PacketDescriptor.HEADER_SIZE).isEqualTo(80);
        assertThat(PacketDescriptor.HEADER_SIZE % RingDescriptor.MARK_GRANULE).isZero();
        assertThat(PacketDescriptor.RING_RSEQ).isEqualTo(0);
        assertThat(PacketDescriptor.RING_ATOMIC).isEqualTo(1);
    }

    @Test
    void record() {
        assertThat(RecordDescriptor.ID_OFFSET).isEqualTo(0);
        assertThat(RecordDescriptor.TIMESTAMP_OFFSET).isEqualTo(2);
        assertThat(RecordDescriptor.TIMESTAMP_BITS).isEqualTo(48);
        assertThat(RecordDescriptor.TID_OFFSET).isEqualTo(8);
        assertThat(RecordDescriptor.PID_OFFSET).isEqualTo(12);
        assertThat(RecordDescriptor.HEADER_SIZE).isEqualTo(16);
        assertThat(RecordDescriptor.header(0x1ABCD, 0x1122_3344_5566_7788L)).isEqualTo(0x3344_5566_7788_ABCDL);
    }

    @Test
    void ringsFollowEachOtherWithoutGapOrOverlap() {
        for (long capacity = SessionHeaderDescriptor.MIN_CAPACITY; capacity <= 1L << 30; capacity *= 2) {
            int cpus = 5;
            long at = SessionHeaderDescriptor.RINGS_OFFSET;
            for (int cpu = 0; cpu < cpus; cpu++) {
                assertThat(SessionHeaderDescriptor.rseqRingOffset(cpu, capacity))
                        .isEqualTo(at);
                at += RingDescriptor.DATA_OFFSET + capacity;
            }
            for (int cpu = 0; cpu < cpus; cpu++) {
                assertThat(SessionHeaderDescriptor.atomicRingOffset(cpu, cpus, capacity))
                        .isEqualTo(at);
                at += RingDescriptor.DATA_OFFSET + capacity + capacity / 4;
            }
            assertThat(SessionHeaderDescriptor.fileSize(cpus, capacity)).isEqualTo(at);
            assertThat(SessionHeaderDescriptor.rseqRingOffset(1, capacity) % 4096)
                    .isZero();
            assertThat(SessionHeaderDescriptor.atomicRingOffset(1, cpus, capacity) % 4096)
                    .isZero();
        }
    }

    @Test
    void whatIsWrittenBySomeoneElseLiesOnAnotherCacheLine() {
        assertThat(RingDescriptor.CONSUMED_OFFSET / 64).isNotEqualTo(RingDescriptor.HEAD_OFFSET / 64);
        assertThat(RingDescriptor.LIMIT_OFFSET / 64).isEqualTo(RingDescriptor.HEAD_OFFSET / 64);
        assertThat(RingDescriptor.LOST_OFFSET / 64).isNotEqualTo(RingDescriptor.CONSUMED_OFFSET / 64);
        assertThat(SessionHeaderDescriptor.HEARTBEAT_OFFSET % 64).isZero();
        assertThat(RingDescriptor.DATA_OFFSET % 4096).isZero();
    }

    @Test
    void subBufferEndBelongsToTheByteBeforeTheHead() {
        assertThat(RingDescriptor.subBufferEnd(80, 4096)).isEqualTo(4096);
        assertThat(RingDescriptor.subBufferEnd(4095, 4096)).isEqualTo(4096);
        assertThat(RingDescriptor.subBufferEnd(4096, 4096)).isEqualTo(4096);
        assertThat(RingDescriptor.subBufferEnd(4097, 4096)).isEqualTo(8192);
        assertThat(RingDescriptor.subBufferEnd((1L << 40) + 4096, 4096)).isEqualTo((1L << 40) + 4096);
    }

    @Test
    void lapMarksDifferBetweenLapsAndFromAFreshFile() {
        long capacity = 65_536;
        assertThat(RingDescriptor.lapMark(80, capacity)).isEqualTo(1);
        assertThat(RingDescriptor.lapMark(capacity - 8, capacity)).isEqualTo(1);
        assertThat(RingDescriptor.lapMark(capacity, capacity)).isEqualTo(2);
        for (long lap = 0; lap < 65_535; lap++) {
            assertThat(RingDescriptor.lapMark(lap * capacity, capacity)).isEqualTo((int) lap + 1);
        }
        assertThat(RingDescriptor.lapMark(65_535 * capacity, capacity)).isZero();
        assertThat(RingDescriptor.lapMark(65_536 * capacity, capacity)).isEqualTo(1);
    }

    @Test
    void timestampsAreExtendedAroundTheReference() {
        long seed = System.nanoTime();
        System.out.println("LayoutTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long tsc = random.nextLong() >>> 1 + random.nextInt(40);
            long away = (random.nextLong() >> 17 + random.nextInt(46)) / 2;
            long header = RecordDescriptor.header(random.nextInt(65_536), tsc);
            assertThat(RecordDescriptor.extendTimestamp(header, tsc + away)).isEqualTo(tsc);
        }
    }
}
