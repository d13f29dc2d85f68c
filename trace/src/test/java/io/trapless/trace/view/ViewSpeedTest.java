package io.trapless.trace.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.ctf.PacketHeader;
import io.trapless.trace.ctf.Tools;
import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise that the view is not slower than babeltrace2's text, on one machine in one run. */
@Tag("long")
class ViewSpeedTest {
    private static final int PACKETS = 100;
    private static final int EVENTS_PER_PACKET = 20_000;

    @TempDir
    Path folder;

    @Test
    void isFasterThanBabeltrace() throws Exception {
        Path directory = folder.resolve("trace");
        write(directory);
        long start = System.nanoTime();
        try (TraceReader reader = TraceReader.open(directory);
                OutputStream out = Files.newOutputStream(Path.of("/dev/null"))) {
            long events = new TraceView(reader, TraceView.Format.TEXT, ZoneId.systemDefault())
                    .print(out, System.err, TraceView.NO_LIMIT);
            assertThat(events).isEqualTo((long) PACKETS * EVENTS_PER_PACKET);
        }
        long oursNanos = System.nanoTime() - start;
        start = System.nanoTime();
        assertThat(Tools.babeltrace("-o", "text", "-w", "/dev/null", directory.toString())
                        .status())
                .isZero();
        long theirsNanos = System.nanoTime() - start;
        System.out.printf("view %d ms, babeltrace2 %d ms%n", oursNanos / 1_000_000, theirsNanos / 1_000_000);
        assertThat(oursNanos).isLessThan(theirsNanos);
    }

    private static void write(Path directory) throws Exception {
        EventType type = new EventType(0, "uprobe:/bin/x:f", 1, List.of(FieldType.integer("seq", 4, true)), false);
        TraceSchema schema = new TraceSchema(
                new UUID(1, 2),
                TraceClock.through(1L << 45, 1_790_000_000_000_000_000L, 2_400_000_000L),
                Environment.builder().build(),
                List.of(type));
        try (TraceDirectory trace = TraceDirectory.create(directory, schema);
                Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(PacketHeader.SIZE_BYTES + EVENTS_PER_PACKET * 20L);
            long tsc = 1L << 45;
            for (int p = 0; p < PACKETS; p++) {
                long begin = tsc;
                for (int i = 0; i < EVENTS_PER_PACKET; i++) {
                    long at = PacketHeader.SIZE_BYTES + i * 20L;
                    tsc += 300;
                    packet.set(ValueLayout.JAVA_LONG_UNALIGNED, at, tsc << 16);
                    packet.set(ValueLayout.JAVA_INT_UNALIGNED, at + 16, i);
                }
                new PacketHeader(schema.uuid(), begin, tsc, packet.byteSize(), packet.byteSize(), p / 2, 0, p % 2, 0)
                        .writeTo(packet, 0);
                trace.append(p % 2, PacketHeader.RING_RSEQ, packet);
            }
        }
    }
}
