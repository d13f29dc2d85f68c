package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operands of USDT notes: every form, next to one another, in this program's own hand and in Python's. */
final class NotesTest {
    private static final int SECONDS = 60;
    private static final int CALLS = 20;

    @TempDir
    Path folder;

    /** The sites of one program all at once, and beside them a probe that captures nothing and may take every register for dead. */
    @Test
    void everyOperandHasTheValueThatTheNoteMeans() throws Exception {
        List<TraceEvent> events = record("registers");
        assertFields(
                events,
                "wide",
                new BigInteger("8182838485868788", 16),
                0x9192939495969798L,
                (long) 0xA5A6A7A8,
                0xB5B6B7B8L,
                (long) (short) 0xC7C8,
                0xD7D8L,
                (long) (byte) 0xE8,
                0xF8L,
                (long) (byte) 0x87,
                0x97L,
                (long) (byte) 0xA7,
                0xB7L);
        assertFields(
                events,
                "late",
                0xF1F2F3F4F5F6F7F8L,
                0xE1E2E3E4E5E6E7E8L,
                new BigInteger("b1b2b3b4b5b6b7b8", 16),
                new BigInteger("8182838485868788", 16));
        List<TraceEvent> memory = of(events, "memory");
        assertThat(memory).hasSize(CALLS);
        for (int i = 0; i < CALLS; i++) {
            assertThat(memory.get(i).fields())
                    .isEqualTo(fields(-5L, -15L, 12L, (long) i, 2.5, -0.75, 2.5, -0.75, -77L, -9L, 70000L, 65535L));
        }
        assertThat(of(events, "twice"))
                .extracting(e -> e.field("arg0"))
                .hasSize(2 * CALLS)
                .contains(1L, -1L);
        assertThat(of(events, "guarded"))
                .extracting(e -> e.field("arg0"))
                .hasSize(2 * CALLS) // half of them in a child
                .contains(0L, 1000L + CALLS - 1);
        List<TraceEvent> squeezed = of(events, "squeezed");
        assertThat(squeezed).hasSize(CALLS);
        for (int i = 0; i < CALLS; i++) {
            assertThat(squeezed.get(i).fields()).isEqualTo(fields((long) i, i % 2 == 0 ? 2L : 1L));
        }
    }

    private static void assertFields(List<TraceEvent> events, String name, Object... values) {
        assertThat(of(events, name))
                .hasSize(CALLS)
                .allSatisfy(e -> assertThat(e.fields()).isEqualTo(fields(values)));
    }

    private static Map<String, Object> fields(Object... values) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            fields.put("arg" + i, values[i]);
        }
        return fields;
    }

    private static List<TraceEvent> of(List<TraceEvent> events, String name) {
        return events.stream().filter(e -> e.probe().endsWith(":" + name)).toList();
    }

    private List<TraceEvent> record(String function) throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("notes", CALLS);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-o",
                        trace,
                        "-e",
                        "usdt:" + target.program() + ":hand:*",
                        "-e",
                        target.uprobe(function))) {
            target.awaitPatched(tracer);
            target.go();
            awaitOutput(target, "done");
            tracer.signal("TERM");
            tracer.await(SECONDS).succeeded();
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).endsWith("done\nsurvivor's semaphore 0\nsemaphore 0\n");
        }
        return TraceEvent.view(trace);
    }

    private static void awaitOutput(Target target, String text) throws Exception {
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!target.out().contains(text)) {
            assertThat(System.nanoTime()).as("time to wait for " + text).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    /** Python 3.11 comes by its {@code function__entry} in generators only, as any tracer sees it; by {@code function__return} always. */
    @Test
    void pythonTellsItsFunctions() throws Exception {
        Path program = Path.of("/usr/bin/python3").toRealPath();
        Path script = Files.writeString(folder.resolve("twice.py"), """
                def twice(n):
                    return 2 * n
                print(sum(map(twice, range(200))))
                """);
        Path trace = folder.resolve("trace");
        Trapless.run(
                        "record",
                        "-o",
                        trace,
                        "-e",
                        "usdt:" + program + ":python:function__return"
                                + " { file = str(arg0, 200), function = str(arg1), line = arg2 }",
                        "--",
                        program,
                        "-S",
                        script)
                .succeeded();
        assertThat(of(TraceEvent.view(trace), "function__return").stream()
                        .map(TraceEvent::fields)
                        .filter(fields -> fields.get("function").equals("twice")))
                .hasSize(200)
                .containsOnly(Map.of("file", script.toString(), "function", "twice", "line", 2L));
    }
}
