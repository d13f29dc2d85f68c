package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.ctf.PacketScanner.Verdict;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketScannerTest {
    private static final EventType FIXED =
            new EventType(3, "fixed", 0, List.of(FieldType.integer("n", 4, true)), false);
    private static final EventType MIXED = new EventType(
            0xFFFE, "mixed", 0, List.of(FieldType.text("s"), FieldType.hex("p", 8), FieldType.bytes("b")), true);
    private static final long TSC = (5L << 48) + 1000;

    private final PacketScanner scanner = new PacketScanner(List.of(FIXED, MIXED));
    private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private void fixed(long tsc) {
        bytes.putLong(tsc << 16 | 3).putInt(77).putInt(76).putInt(-1);
    }

    private void mixed(long tsc, String text, int length) {
        bytes.putLong(tsc << 16 | 0xFFFE).putInt(77).putInt(76).putInt(0);
        bytes.put(text.getBytes(StandardCharsets.UTF_8))
                .put((byte) 0)
                .putLong(1)
                .putShort((short) length)
                .put(new byte[length]);
    }

    private Verdict scan() {
        return scanner.scan(MemorySegment.ofArray(bytes.array()), 0, bytes.position(), TSC, TSC + (1L << 40));
    }

    @Test
    void countsGoodRecords() {
        fixed(TSC);
        mixed(TSC + 5, "hello, world", 3);
        fixed(TSC + 5);
        mixed(TSC + 70_000, "", 0);
        assertThat(scan()).isEqualTo(Verdict.WHOLE);
        assertThat(scanner.eventCount()).isEqualTo(4);
        assertThat(scanner.goodEnd()).isEqualTo(bytes.position());
        assertThat(scanner.firstTimestamp()).isEqualTo(TSC);
        assertThat(scanner.lastTimestamp()).isEqualTo(TSC + 70_000);
        scan();
        assertThat(scanner.countOf(3)).isEqualTo(4);
        assertThat(scanner.countOf(0xFFFE)).isEqualTo(4);
        assertThat(scanner.countOf(1)).isZero();
    }

    @Test
    void extendsTimesOverTheWrapOf48Bits() {
        long before = (6L << 48) - 10;
        fixed(before);
        fixed(before + 30);
        assertThat(scanner.scan(MemorySegment.ofArray(bytes.array()), 0, bytes.position(), before, before + 30))
                .isEqualTo(Verdict.WHOLE);
        assertThat(scanner.lastTimestamp()).isEqualTo(before + 30);
    }

    @Test
    void stopsAtWhatIsWrong() {
        fixed(TSC + 10);
        int good = bytes.position();
        fixed(TSC + 9);
        assertThat(scan()).isEqualTo(Verdict.IMPOSSIBLE_TIME);
        assertThat(scanner.goodEnd()).isEqualTo(good);
        assertThat(scanner.eventCount()).isEqualTo(1);

        bytes.position(good);
        fixed(TSC + (1L << 41));
        assertThat(scan()).isEqualTo(Verdict.IMPOSSIBLE_TIME);

        bytes.position(good).putLong((TSC + 10) << 16 | 4).putLong(0).putInt(0);
        assertThat(scan()).isEqualTo(Verdict.UNKNOWN_EVENT);
        assertThat(scanner.goodEnd()).isEqualTo(good);

        bytes.position(good).putLong((TSC + 10) << 16 | 0xFFFF).putLong(0).putInt(0);
        assertThat(scan()).isEqualTo(Verdict.UNKNOWN_EVENT);
    }

    @Test
    void noCutOfARecordIsWhole() {
        fixed(TSC);
        mixed(TSC + 1, "0123456789", 20);
        MemorySegment segment = MemorySegment.ofArray(bytes.array());
        int end = bytes.position();
        for (int cut = 1; cut < end; cut++) {
            Verdict expected = cut == 20 ? Verdict.WHOLE : Verdict.TRUNCATED_RECORD;
            assertThat(scanner.scan(segment, 0, cut, TSC, TSC + 100))
                    .as("cut at " + cut)
                    .isEqualTo(expected);
            assertThat(scanner.goodEnd()).isEqualTo(cut < 20 ? 0 : 20);
        }
        assertThat(scanner.recordSize(segment, 0, end)).isEqualTo(20);
        assertThat(scanner.recordSize(segment, 20, end)).isEqualTo(end - 20);
        assertThat(scanner.recordSize(segment, 20, end - 1)).isEqualTo(PacketScanner.TRUNCATED);
        assertThat(scanner.recordSize(segment, 4, end)).isEqualTo(PacketScanner.UNKNOWN_ID);
        assertThat(scanner.recordSize(segment, end - 3, end)).isEqualTo(PacketScanner.TRUNCATED);
    }

    /** The segment ends where the scan must end, so a read beyond it would throw. */
    @Test
    void anyBytesAreSurvived() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            byte[] garbage = new byte[random.nextInt(100)];
            random.nextBytes(garbage);
            MemorySegment segment = MemorySegment.ofArray(garbage);
            for (int at = 0; at + 2 <= garbage.length; at += 16 + random.nextInt(20)) {
                segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) (random.nextBoolean() ? 3 : 0xFFFE));
            }
            scanner.scan(segment, 0, garbage.length, 0, Long.MAX_VALUE);
            assertThat(scanner.goodEnd()).isBetween(0L, (long) garbage.length);
        }
    }
}
