package io.trapless.script.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.script.output.Place;
import io.trapless.script.output.TextOutput;
import io.trapless.script.output.TextSink;
import io.trapless.script.value.Blob;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What handlers read: of a record's windows what was there at the event, of all else what the process has now. */
final class TargetMemoryTest {
    private static final long WINDOW = 0x1000;

    /** A process whose every byte is an {@code x}, but for those below 0x100, which are not mapped. */
    private static final class Later implements Targets {
        @Override
        public boolean read(int pid, long address, byte[] into, int length) {
            Arrays.fill(into, 0, length, (byte) 'x');
            return address >= 0x100;
        }

        @Override
        public @Nullable Symbol symbol(int pid, long address) {
            return null;
        }

        @Override
        public long addressOf(int pid, String probe, String symbol) {
            return 0;
        }

        @Override
        public boolean signal(int pid, int tid, int number, boolean threadOnly) {
            return false;
        }
    }

    private static TargetMemory memory() {
        TextSink sink = new TextSink(new ByteArrayOutputStream(), TextSink.Mode.FULL);
        return new TargetMemory(new Later(), new Warnings(new TextOutput(sink, sink, false), Warnings.Level.NONE));
    }

    private static Blob window(String text) {
        return new Blob(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void numbersThatLieWhollyInAWindowAreTakenFromIt() {
        TargetMemory memory = memory();
        Moment moment = new Moment.OfTracer();
        moment.windows().add(WINDOW, window("\1\2\3\4\5"));

        assertThat(memory.number(moment, WINDOW, 4, false, Place.NOWHERE)).isEqualTo(0x04030201);
        assertThat(memory.number(moment, WINDOW + 1, 4, false, Place.NOWHERE)).isEqualTo(0x05040302);
        assertThat(memory.number(moment, WINDOW + 2, 4, false, Place.NOWHERE)).isEqualTo(0x78787878);
        assertThat(memory.number(moment, WINDOW - 1, 1, false, Place.NOWHERE)).isEqualTo('x');
        assertThat(memory.failedReads()).isZero();
    }

    @Test
    void aStringIsTakenFromAWindowIfItEndsThere() {
        TargetMemory memory = memory();
        Moment moment = new Moment.OfTracer();
        moment.windows().add(WINDOW, window("ab\0cd"));

        assertThat(memory.text(moment, WINDOW, 64, Place.NOWHERE)).isEqualTo("ab");
        assertThat(memory.text(moment, WINDOW + 2, 64, Place.NOWHERE)).isEmpty();
        assertThat(memory.text(moment, WINDOW + 3, 2, Place.NOWHERE)).isEqualTo("cd");
        assertThat(memory.text(moment, WINDOW + 3, 4, Place.NOWHERE)).isEqualTo("xxxx");
    }

    @Test
    void windowsCloseAndWhatCouldNotBeReadIsNone() {
        TargetMemory memory = memory();
        Moment moment = new Moment.OfTracer();
        moment.windows().add(0x10, window("gone"));
        moment.windows().clear();
        moment.windows().add(0x10, Blob.EMPTY);

        assertThat(memory.number(moment, 0x10, 4, false, Place.NOWHERE)).isZero();
        assertThat(memory.failedReads()).isEqualTo(1);
    }

    @Test
    void thereMayBeMoreWindowsThanAreKept() {
        TargetMemory memory = memory();
        Moment moment = new Moment.OfTracer();
        for (int i = 0; i < 100; i++) {
            moment.windows().add(WINDOW + i * 16L, window("\1"));
        }

        assertThat(memory.number(moment, WINDOW + 16, 1, false, Place.NOWHERE)).isEqualTo(1);
        assertThat(memory.number(moment, WINDOW + 99 * 16, 1, false, Place.NOWHERE))
                .isEqualTo('x');
    }
}
