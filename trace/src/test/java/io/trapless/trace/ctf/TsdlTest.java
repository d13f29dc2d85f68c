package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TsdlTest {
    /** Forms that Trapless does not write itself, but other tracers do. */
    private static final String FOREIGN = """
            /* CTF 1.8 */
            // a comment
            typealias integer { size = 8; align = 8; signed = 0; base = x; } := uint8_t;
            typealias integer { size = 0x10; align = 8; signed = false; } := unsigned short;
            typedef unsigned short uint16_t;
            struct point { uint8_t _x; uint16_t _y; };
            trace {
                major = 1; minor = 8; byte_order = le;
                packet.header := struct { integer { size = 32; align = 32; } magic; uint8_t pad; integer { size = 32; align = 32; } stream_id; };
            };
            clock { name = "mono"; freq = 1000; offset = 5500; };
            stream {
                id = 7;
                typealias integer { size = 32; align = 8; map = clock.mono.value; } := time_t;
                packet.context := struct { uint16_t content_size; uint16_t packet_size; } align(8);
                event.header := struct { enum : uint8_t { A, B = 3, C = 4 ... 9 } id; time_t timestamp; };
            };
            event {
                name = "two " "parts"; id = 1; stream_id = 7;
                loglevel = -13;
                fields := struct { struct point _p; uint16_t _a[2]; enum e : uint8_t { "q" } _e; string { encoding = UTF8; } _s; };
            };
            """;

    @Test
    void foreignForms() throws Exception {
        TraceLayout layout = TraceLayout.of(TsdlParser.parse(FOREIGN));
        assertThat(layout.schema().clock()).isEqualTo(new TraceClock(1000, 5, 500));
        assertThat(layout.packetHeader().sizeBytes()).isEqualTo(12);
        assertThat(layout.packetHeader().integer("stream_id")).isEqualTo(new IntAccess(8, 4, false));
        StreamLayout stream = layout.streams().get(7L);
        assertThat(stream.recordHeaderSize).isEqualTo(5);
        assertThat(stream.compact).isFalse();
        FieldKind byteKind = new FieldKind.Int(1, false, 16);
        assertThat(layout.schema().events())
                .containsExactly(new EventType(
                        1,
                        "two parts",
                        EventType.NO_PID,
                        List.of(
                                new FieldType("p.x", byteKind),
                                FieldType.integer("p.y", 2, false),
                                FieldType.integer("a[0]", 2, false),
                                FieldType.integer("a[1]", 2, false),
                                new FieldType("e", byteKind),
                                FieldType.text("s")),
                        false));
    }

    @Test
    void fiftyThousandEventTypes() throws Exception {
        List<EventType> events = IntStream.range(0, 50_000)
                .mapToObj(i ->
                        new EventType(i, "uprobe:/usr/lib/libx.so:f" + i, 7, List.of(FieldType.hex("a", 8)), false))
                .toList();
        TraceSchema schema = new TraceSchema(
                new UUID(1, 2),
                new TraceClock(1_000_000_000, 5, 6),
                new RandomTrace(1).schema().environment(),
                events);
        long start = System.nanoTime();
        byte[] metadata = MetadataWriter.write(schema);
        long written = System.nanoTime();
        TraceLayout layout = TraceLayout.of(TsdlParser.parse(new String(metadata, StandardCharsets.UTF_8)));
        long read = System.nanoTime();
        System.out.printf(
                "%d bytes, written in %d ms, read in %d ms%n",
                metadata.length, (written - start) / 1_000_000, (read - written) / 1_000_000);
        assertThat(layout.schema()).isEqualTo(schema);
        assertThat(metadata.length).isLessThan(10_000_000);
    }

    /** Pins what goes to disk: traces of every version must stay readable. */
    @Test
    void goldenMetadata() {
        EventType event = new EventType(
                5,
                "usdt:\"a\\b\"",
                77,
                List.of(
                        FieldType.integer("n", 2, true),
                        FieldType.text("s"),
                        FieldType.bytes("b"),
                        FieldType.real("r", 4)),
                true);
        TraceSchema schema = new TraceSchema(
                new UUID(1, 2),
                new TraceClock(2_400_000_000L, -5, 6),
                Environment.builder().put("hostname", "h\n").put("n", -1).build(),
                List.of(event));
        String metadata = new String(MetadataWriter.write(schema), StandardCharsets.UTF_8);
        assertThat(metadata).startsWith("/* CTF 1.8 */\n").contains("""
                trace {
                \tmajor = 1;
                \tminor = 8;
                \tuuid = "00000000-0000-0001-0000-000000000002";
                \tbyte_order = le;
                \tpacket.header := struct { u32 magic; u8 uuid[16]; u32 stream_id; };
                };

                env {
                \thostname = "h\\n";
                \tn = -1;
                };

                clock {
                \tname = tsc;
                \tdescription = "time stamp counter";
                \tuuid = "00000000-0000-0001-0000-000000000002";
                \tfreq = 2400000000;
                \toffset_s = -5;
                \toffset = 6;
                \tabsolute = true;
                };
                """).endsWith("""

                event {
                \tname = "usdt:\\"a\\\\b\\"";
                \tid = 5;
                \tstream_id = 0;
                \tmodel.emf.uri = "trapless:pid:77";
                \tfields := struct { x16 __fault; x16 __cut; s16 _n; string _s; u16 __b_length; x8 _b[__b_length]; f32 _r; };
                };
                """);
    }
}
