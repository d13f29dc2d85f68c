package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on targets whose every call is known. */
final class RecordTest {
    private static final int SECONDS = 60;

    @TempDir
    Path folder;

    @Test
    void everyCallOfEveryThreadIsAnEventInItsOrder() throws Exception {
        int threads = 4;
        long calls = 20_000;
        Path trace = folder.resolve("trace");
        Path summaryFile = folder.resolve("summary.json");
        try (Target target = Target.start("seqloop", threads, calls);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-e",
                        target.uprobe("work") + " { seq = (int32)arg0, thread = (int32)arg1 }",
                        "-o",
                        trace,
                        "--buffer-size",
                        "16M",
                        "--summary",
                        summaryFile)) {
            target.awaitPatched(tracer);
            target.go();
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();

            Summary summary = Summary.read(summaryFile);
            assertThat(summary.events()).isEqualTo(threads * calls);
            assertThat(summary.lost()).isZero();
            assertThat(summary.refused()).isEmpty();
            assertThat(summary.sites()).singleElement().satisfies(site -> {
                assertThat(site.probe()).isEqualTo(target.uprobe("work"));
                assertThat(site.pid()).isEqualTo(target.pid());
                assertThat(site.strategy()).isEqualTo("jump");
                assertThat(site.events()).isEqualTo(threads * calls);
            });
            List<TraceEvent> events = TraceEvent.view(trace);
            assertThat(events).hasSize((int) (threads * calls));
            assertSequences(events, target.pid());
            assertThat(countedByBabeltrace(trace)).isEqualTo(threads * calls);
        }
    }

    /** Every thread counts from 0 without a hole, one tid for a thread, and time never goes back. */
    static void assertSequences(List<TraceEvent> events, long pid) {
        Map<Long, Long> next = new HashMap<>();
        Map<Long, Long> tids = new HashMap<>();
        long time = 0;
        for (TraceEvent event : events) {
            long thread = event.field("thread");
            assertThat(event.field("seq")).as("seq of thread %d", thread).isEqualTo(next.getOrDefault(thread, 0L));
            next.merge(thread, 1L, Long::sum);
            assertThat(tids.computeIfAbsent(thread, any -> event.tid())).isEqualTo(event.tid());
            assertThat(event.pid()).isEqualTo(pid);
            assertThat(event.time()).isGreaterThanOrEqualTo(time);
            time = event.time();
        }
    }

    /** Events that babeltrace2 finds; it must have nothing to complain about. */
    static long countedByBabeltrace(Path trace) throws Exception {
        String command = "set -o pipefail; babeltrace2 \"$0\" | wc -l";
        try (Trapless.Running babeltrace =
                Trapless.Running.start(Map.of(), List.of("bash", "-c", command, trace.toString()))) {
            Trapless.Result result = babeltrace.await(5 * SECONDS).succeeded();
            assertThat(result.err()).isEmpty();
            return Long.parseLong(result.out().strip());
        }
    }

    @Test
    void timesAreWallTimes() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("seqloop", 1, 100)) {
            long before = System.currentTimeMillis();
            recordToTheEnd(target, target.uprobe("work"), trace);
            long after = System.currentTimeMillis() + 1;
            assertThat(TraceEvent.view(trace))
                    .hasSize(100)
                    .allSatisfy(event -> assertThat(event.time() / 1_000_000).isBetween(before, after));
        }
    }

    /** Debian's redis-server is a link to a program of another name, and redis changes its title. */
    @Test
    void aProgramIsMeantByItsCommand() throws Exception {
        Path summary = folder.resolve("summary.json");
        try (Redis redis = Redis.start(Path.of("/usr/bin/redis-server"), folder);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        redis.pid(),
                        "-e",
                        "uprobe:redis-server:pingCommand",
                        "-o",
                        folder.resolve("trace"),
                        "--summary",
                        summary)) {
            tracer.awaitErr("recording 1 site", SECONDS);
            redis.command("PING");
            redis.command("PING");
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
            assertThat(Summary.read(summary).events()).isEqualTo(2);
        }
    }

    @Test
    void argumentsOfEveryKind() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("args");
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-o",
                        trace,
                        "-e",
                        target.uprobe("eight")
                                + " { a = (int64)arg0, b = (int64)arg1, f = (int64)arg5, g = (int64)arg6, h = (int64)arg7 }",
                        "-e",
                        target.uprobe("narrow")
                                + " { a = (int8)arg0, b = (uint8)arg1, c = (int16)arg2, d = (uint16)arg3, e = (int32)arg4, f = (uint32)arg5 }",
                        "-e",
                        target.uprobe("text") + " { text = str(arg0) }",
                        "-e",
                        target.uprobe("move")
                                + " { x = *(int32*)arg0, y = *(int32*)(arg0 + 4), id = *(uint64*)(arg0 + 8) }",
                        "-e",
                        target.uprobe("wild") + " { text = str(arg0), number = (int32)arg1 }")) {
            target.awaitPatched(tracer);
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).endsWith("sum 1234605620436504062\n");
            tracer.await(SECONDS).succeeded();
        }
        List<TraceEvent> events = TraceEvent.view(trace);
        assertThat(fieldsOf(events, "eight")).containsExactly(Map.of("a", 1L, "b", -2L, "f", -6L, "g", 7L, "h", -8L));
        assertThat(fieldsOf(events, "narrow"))
                .containsExactly(
                        Map.of("a", -1L, "b", 255L, "c", -300L, "d", 65535L, "e", -70000L, "f", 4_000_000_000L));
        assertThat(fieldsOf(events, "text"))
                .extracting(fields -> fields.get("text"))
                .hasSize(2)
                .contains("");
        assertThat(fieldsOf(events, "move")).containsExactly(Map.of("x", -7L, "y", 42L, "id", 0x1122334455667788L));
        assertThat(fieldsOf(events, "wild"))
                .extracting(fields -> fields.get("number"))
                .containsExactly(1L, 2L, 3L);
        assertThat(fieldsOf(events, "wild"))
                .last()
                .extracting(fields -> fields.get("text"))
                .isEqualTo("fine");
    }

    private static List<Map<String, Object>> fieldsOf(List<TraceEvent> events, String function) {
        return events.stream()
                .filter(event -> event.probe().endsWith(":" + function))
                .map(TraceEvent::fields)
                .toList();
    }

    @Test
    void aFilterKeepsWhatItSays() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("seqloop", 2, 1000)) {
            recordToTheEnd(
                    target, target.uprobe("work") + " /(int32)arg0 >= 990 && arg1 == 1/ { seq = (int32)arg0 }", trace);
        }
        assertThat(TraceEvent.view(trace))
                .extracting(event -> event.field("seq"))
                .containsExactly(990L, 991L, 992L, 993L, 994L, 995L, 996L, 997L, 998L, 999L);
    }

    @Test
    void usdtProbesRecordTheirArgumentsAndRaiseTheirSemaphores() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("usdt", 500);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-o",
                        trace,
                        "-e",
                        "usdt:" + target.program() + ":trapless_test:guarded",
                        "-e",
                        "usdt:" + target.program()
                                + ":trapless_test:fire { seq = arg0, wide = arg1, text = str(arg2) }",
                        // shows the test when the attach is done
                        "-e",
                        target.uprobe("step"))) {
            target.awaitPatched(tracer);
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).contains("raised 500 ");
            tracer.await(SECONDS).succeeded();
        }
        List<TraceEvent> events = TraceEvent.view(trace);
        assertThat(fieldsOf(events, "guarded")).hasSize(500);
        assertThat(fieldsOf(events, "fire"))
                .hasSize(500)
                .last()
                .isEqualTo(Map.of("seq", 499L, "wide", 499L << 33, "text", "text"));
    }

    @Test
    void exceptionsFlyThroughProbedFunctions() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("throw", 2000);
                Trapless.Running tracer = Trapless.start(
                        "record", "-p", target.pid(), "-o", trace, "-e", target.uprobe("*"), "--quiet")) {
            target.awaitPatched(tracer);
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).endsWith("caught 2000\n");
            tracer.await(SECONDS).succeeded();
        }
    }

    @Test
    void aCommandIsTracedFromItsFirstInstruction() throws Exception {
        Path trace = folder.resolve("trace");
        Path summary = folder.resolve("summary.json");
        Path program = Programs.compiled("seqloop");
        try (Trapless.Running tracer = Trapless.start(
                "record",
                "-e",
                "uprobe:" + program + ":main",
                "-e",
                "uprobe:" + program + ":work",
                "-o",
                trace,
                "--summary",
                summary,
                "--",
                program,
                "1",
                "50")) {
            tracer.say("go");
            tracer.await(SECONDS).succeeded();
        }
        List<TraceEvent> events = TraceEvent.view(trace);
        assertThat(events).hasSize(51);
        assertThat(events.getFirst().probe()).endsWith(":main");
    }

    @Test
    void ctrlCEndsInOrder() throws Exception {
        Path trace = folder.resolve("trace");
        Path summaryFile = folder.resolve("summary.json");
        try (Target target = Target.start("seqloop", 2, 0);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-e",
                        target.uprobe("work"),
                        "-o",
                        trace,
                        "--summary",
                        summaryFile,
                        "--mode",
                        "overwrite",
                        "--buffer-size",
                        "64K")) {
            target.awaitPatched(tracer);
            target.go();
            Thread.sleep(100);
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
            assertThat(target.isAlive()).isTrue();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(Files.exists(summaryFile)).isTrue();
            assertThat(TraceEvent.view(trace)).isNotEmpty();
        }
    }

    @Test
    void durationAndMaxEventsEndIt() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0)) {
            target.go();
            Path first = folder.resolve("first");
            Trapless.run("record", "-p", target.pid(), "-e", target.uprobe("work"), "-o", first, "--max-events", "1000")
                    .succeeded();
            assertThat(TraceEvent.view(first)).hasSize(1000);
            Path second = folder.resolve("second");
            Trapless.run(
                            "record",
                            "-p",
                            target.pid(),
                            "-e",
                            target.uprobe("work"),
                            "-o",
                            second,
                            "--duration",
                            "100ms",
                            "--mode",
                            "overwrite",
                            "--buffer-size",
                            "64K")
                    .succeeded();
            assertThat(TraceEvent.view(second)).isNotEmpty();
            assertThat(target.isAlive()).isTrue();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
        }
    }

    private static void recordToTheEnd(Target target, String clause, Path trace) throws Exception {
        try (Trapless.Running tracer = Trapless.start("record", "-p", target.pid(), "-e", clause, "-o", trace)) {
            target.awaitPatched(tracer);
            target.go();
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
        }
    }
}
