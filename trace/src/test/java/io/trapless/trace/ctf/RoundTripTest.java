package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.FieldKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsReadBack() throws Exception {
        for (int i = 0; i < 6; i++) {
            long seed = new Random().nextLong();
            System.out.println("seed " + seed);
            RandomTrace written = new RandomTrace(seed);
            written.write(folder.resolve("trace" + i), 2000);
            try (TraceReader reader = TraceReader.open(folder.resolve("trace" + i))) {
                assertThat(reader.schema().uuid()).isEqualTo(written.schema().uuid());
                assertThat(reader.schema().clock()).isEqualTo(written.schema().clock());
                assertThat(reader.schema().environment())
                        .isEqualTo(written.schema().environment());
                assertThat(new HashSet<>(reader.schema().events()))
                        .isEqualTo(new HashSet<>(written.schema().events()));
                for (RandomTrace.Entry entry : written.entries()) {
                    assertThat(reader.next()).isTrue();
                    assertSame(reader.event(), entry);
                }
                assertThat(reader.next()).isFalse();
                assertThat(reader.next()).isFalse();
            }
        }
    }

    /** The differential test against the reference reader: every event, every value, every time. */
    @Test
    void babeltraceReadsTheSame() throws Exception {
        for (int i = 0; i < 8; i++) {
            long seed = new Random().nextLong();
            System.out.println("seed " + seed);
            RandomTrace written = new RandomTrace(seed);
            Path directory = folder.resolve("bt" + i);
            written.write(directory, 3000);
            Tools.Output output = Tools.babeltrace("--clock-seconds", "--no-delta", directory.toString());
            assertThat(output.err()).isEmpty();
            assertThat(output.status()).isZero();
            // Strings may hold escaped newlines only, so a line is an event.
            List<String> lines = output.out().lines().toList();
            assertThat(lines).hasSize(written.entries().size());
            for (int e = 0; e < lines.size(); e++) {
                assertThat(lines.get(e))
                        .as("event " + e)
                        .isEqualTo(BabeltraceText.of(written.entries().get(e), written.schema()));
            }
        }
    }

    private static void assertSame(EventRecord event, RandomTrace.Entry entry) {
        assertThat(event.type()).isEqualTo(entry.type());
        assertThat(event.tsc()).isEqualTo(entry.tsc());
        assertThat(event.cpu()).isEqualTo(entry.cpu());
        assertThat(event.tid()).isEqualTo(entry.tid());
        // A process that did not know its number is known by its only thread's.
        assertThat(event.pid()).isEqualTo(entry.pid() == 0 ? entry.tid() : entry.pid());
        assertThat(event.faultBits()).isEqualTo(entry.faults());
        assertThat(event.cutBits()).isEqualTo(entry.cuts());
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < event.type().fields().size(); i++) {
            values.add(
                    switch (event.type().fields().get(i).kind()) {
                        case FieldKind.Int _ -> event.integer(i);
                        case FieldKind.Real _ -> event.real(i);
                        case FieldKind.Text _ -> event.text(i);
                        case FieldKind.Bytes _ -> event.bytes(i);
                        case FieldKind.Addresses _ -> event.addresses(i);
                    });
        }
        assertThat(values).usingRecursiveComparison().isEqualTo(entry.values());
    }
}
