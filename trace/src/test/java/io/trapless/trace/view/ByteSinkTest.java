package io.trapless.trace.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.event.TraceClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ByteSinkTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteSink sink = new ByteSink(out);

    private String printed(Consumer<ByteSink> printer) throws IOException {
        out.reset();
        printer.accept(sink);
        sink.flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void numbersAgreeWithTheJdk() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long value = i < 1024 ? (1L << (i & 63)) + (i >> 6) - 8 : random.nextLong() >> random.nextInt(64);
            assertThat(printed(s -> s.putSigned(value))).isEqualTo(Long.toString(value));
            assertThat(printed(s -> s.putUnsigned(value))).isEqualTo(Long.toUnsignedString(value));
            assertThat(printed(s -> s.putHex(value)))
                    .isEqualTo("0x" + Long.toHexString(value).toUpperCase(java.util.Locale.ROOT));
            int nine = (int) Math.floorMod(value, 1_000_000_000L);
            assertThat(printed(s -> s.putNineDigits(nine))).isEqualTo("%09d".formatted(nine));
        }
        for (long power = 1; power > 0 && power <= 1_000_000_000_000_000_000L; power *= 10) {
            long value = power;
            assertThat(printed(s -> s.putSigned(value))).isEqualTo(Long.toString(value));
            assertThat(printed(s -> s.putSigned(value - 1))).isEqualTo(Long.toString(value - 1));
            if (power > 100_000_000_000_000_000L) {
                break;
            }
        }
    }

    @Test
    void theBufferGrowsAndIsPassedOn() throws IOException {
        String line = "x".repeat(300_000);
        assertThat(printed(s -> {
                    for (int i = 0; i < 5; i++) {
                        s.put(line);
                        try {
                            s.endLine();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }
                }))
                .isEqualTo((line + "\n").repeat(5));
    }

    @Test
    void wallTimeAgreesWithTheClock() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int c = 0; c < 100; c++) {
            TraceClock clock = TraceClock.through(
                    random.nextLong(1L << 55), 1_700_000_000_000_000_000L, 1_000_000 + random.nextLong(5_000_000_000L));
            WallClock wall = new WallClock(clock, ZoneOffset.UTC);
            long tsc = random.nextLong(1L << 50);
            for (int i = 0; i < 2000; i++) {
                tsc += random.nextLong(1L << random.nextInt(1, 40)) - (random.nextInt(20) == 0 ? 100_000 : 0);
                wall.set(tsc);
                assertThat(wall.nanos()).isEqualTo(clock.nanosAt(tsc));
            }
        }
    }
}
