package io.trapless.trace.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.ctf.PacketHeader;
import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TracedThread;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceViewTest {
    private static final long TSC = 1L << 50;
    private static final long WALL = 1_790_000_000_123_456_789L;

    private static final EventType PLAIN = new EventType(
            1,
            "uprobe:/bin/redis:process",
            12,
            List.of(FieldType.integer("seq", 4, true), FieldType.hex("ptr", 8)),
            false);
    private static final EventType RICH = new EventType(
            2,
            "usdt:\"p\"",
            EventType.NO_PID,
            List.of(
                    FieldType.text("file"),
                    FieldType.integer("big", 8, false),
                    FieldType.bytes("raw"),
                    FieldType.real("ratio", 8),
                    FieldType.text("gone")),
            true);
    private static final EventType BARE = new EventType(3, "uprobe:libc:malloc", 12, List.of(), false);

    @TempDir
    Path folder;

    private Path directory;

    @BeforeEach
    void write() throws Exception {
        directory = folder.resolve("trace");
        ByteBuffer bytes =
                ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN).position(PacketHeader.SIZE_BYTES);
        bytes.putLong(TSC << 16 | 1).putInt(34).putInt(12).putInt(-1).putLong(0xDEADBEEFL);
        bytes.putLong((TSC + 1000) << 16 | 2)
                .putInt(35)
                .putInt(0)
                .putShort((short) 0b10000)
                .putShort((short) 1);
        bytes.put("a\"\\\n\u0001é".getBytes(StandardCharsets.UTF_8))
                .put((byte) 0xFF)
                .put((byte) 0);
        bytes.putLong(-1)
                .putShort((short) 3)
                .put(new byte[] {1, (byte) 0xAB, 0})
                .putDouble(Double.NaN)
                .put((byte) 0);
        bytes.putLong((TSC + 2_500_001_000L) << 16 | 3).putInt(36).putInt(0);
        UUID uuid = new UUID(1, 2);
        TraceSchema schema = new TraceSchema(
                uuid,
                TraceClock.through(TSC, WALL, 1_000_000_000),
                Environment.builder().build(),
                List.of(PLAIN, RICH, BARE));
        new PacketHeader(uuid, TSC, TSC + 3_000_000_000L, bytes.position(), bytes.position(), 0, 17, 1, 0)
                .writeTo(MemorySegment.ofBuffer(bytes.duplicate().clear()), 0);
        try (TraceDirectory trace = TraceDirectory.create(directory, schema)) {
            trace.append(1, 0, MemorySegment.ofBuffer(bytes.flip()));
            trace.writeThreads(List.of(new TracedThread(36, 99, "child")));
        }
    }

    private final ByteArrayOutputStream notices = new ByteArrayOutputStream();

    private List<String> view(TraceView.Format format, long limit, ZoneId zone) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceReader reader = TraceReader.open(directory);
                PrintStream printer = new PrintStream(notices, true, StandardCharsets.UTF_8)) {
            new TraceView(reader, format, zone).print(out, printer, limit);
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void text() throws Exception {
        assertThat(view(TraceView.Format.TEXT, TraceView.NO_LIMIT, ZoneOffset.UTC))
                .containsExactly(
                        "[14:13:20.123456789] (+?.?????????) cpu 1 pid 12 tid 34 uprobe:/bin/redis:process: { seq = -1, ptr = 0xDEADBEEF }",
                        "[14:13:20.123457789] (+0.000001000) cpu 1 pid 35 tid 35 usdt:\"p\": { file = \"a\\\"\\\\\\n\\x01é\\xff\"…, big = 18446744073709551615, raw = [01 ab 00], ratio = NaN, gone = ? }",
                        "[14:13:22.623457789] (+2.500000000) cpu 1 pid 99 tid 36 uprobe:libc:malloc: { }");
        assertThat(notices.toString(StandardCharsets.UTF_8))
                .isEqualTo("17 events lost between [14:13:20.123456789] and [14:13:23.123456789] on cpu 1\n");
    }

    @Test
    void json() throws Exception {
        assertThat(view(TraceView.Format.JSON, TraceView.NO_LIMIT, ZoneOffset.UTC))
                .containsExactly(
                        "{\"time\": 1790000000123456789, \"cpu\": 1, \"pid\": 12, \"tid\": 34, \"probe\": \"uprobe:/bin/redis:process\", \"fields\": {\"seq\": -1, \"ptr\": 3735928559}}",
                        "{\"time\": 1790000000123457789, \"cpu\": 1, \"pid\": 35, \"tid\": 35, \"probe\": \"usdt:\\\"p\\\"\", \"fields\": {\"file\": \"a\\\"\\\\\\n\\u0001é\uFFFD\", \"big\": 18446744073709551615, \"raw\": \"01ab00\", \"ratio\": \"NaN\", \"gone\": null}, \"cut\": [\"file\"], \"fault\": [\"gone\"]}",
                        "{\"time\": 1790000002623457789, \"cpu\": 1, \"pid\": 99, \"tid\": 36, \"probe\": \"uprobe:libc:malloc\", \"fields\": {}}");
    }

    @Test
    void limitAndZone() throws Exception {
        assertThat(view(TraceView.Format.TEXT, 1, ZoneId.of("Asia/Kolkata")))
                .singleElement()
                .asString()
                .startsWith("[19:43:20.");
        assertThat(view(TraceView.Format.TEXT, 0, ZoneOffset.UTC)).isEmpty();
    }
}
