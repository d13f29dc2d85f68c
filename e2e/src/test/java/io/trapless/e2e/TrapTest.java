package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel uprobe stands in where no jump is possible, and its events stand among the others in the order of time. */
final class TrapTest {
    private static final int SECONDS = 120;
    private static final int THREADS = 3;
    private static final int CALLS = 500;

    @TempDir
    Path folder;

    @Test
    void everyHitOfATrapIsAnEventOrALossAmongThoseOfJumps() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        try (Target target = Target.start("trapme", THREADS, CALLS);
                Trapless.Running tracer = recordBoth(target, "{ v = (int32)arg0 }", "--trap")) {
            Trapless.Result list =
                    Trapless.run("list", target.program(), "cramped").succeeded();
            assertThat(list.out()).hasLineCount(1).contains(":cramped trap (record --trap): ");
            run(target, tracer);

            Summary summary = Summary.read(folder.resolve("summary.json"));
            Map<String, Summary.Site> sites = new HashMap<>();
            summary.sites().forEach(site -> sites.put(site.probe(), site));
            Summary.Site trap = sites.get(target.uprobe("cramped"));
            assertThat(trap.strategy()).isEqualTo("trap");
            assertThat(trap.events() + trap.lost()).isEqualTo(THREADS * CALLS);
            Summary.Site jump = sites.get(target.uprobe("roomy"));
            assertThat(jump.strategy()).isEqualTo("jump");
            assertThat(jump.events()).isEqualTo(THREADS * CALLS);
            assertThat(RecordTest.countedByBabeltrace(folder.resolve("trace"))).isEqualTo(summary.events());
            if (trap.lost() == 0) {
                assertAlternating(TraceEvent.view(folder.resolve("trace")), target);
            }
        }
    }

    /** Of each thread: cramped(0), roomy(0), cramped(1), ... The two clocks are brought together to well within a call. */
    private static void assertAlternating(List<TraceEvent> events, Target target) {
        Map<Long, List<String>> byThread = new HashMap<>();
        for (TraceEvent event : events) {
            assertThat(event.pid()).isEqualTo(target.pid());
            String function = event.probe().substring(event.probe().lastIndexOf(':') + 1);
            byThread.computeIfAbsent(event.tid(), _ -> new ArrayList<>()).add(function + event.field("v"));
        }
        assertThat(byThread).hasSize(THREADS);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            expected.add("cramped" + i);
            expected.add("roomy" + i);
        }
        byThread.values().forEach(functions -> assertThat(functions).containsExactlyElementsOf(expected));
    }

    @Test
    void aReturnWithoutRoomGetsATrapAndIsPairedWithTheJumpAtItsEntry() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        try (Target target = Target.start("trapme", 1, 20)) {
            String exits = "uretprobe:" + target.program() + ":strait";
            assertThat(Trapless.run("list", target.program(), exits).succeeded().out())
                    .startsWith(exits + " trap (record --trap): one of its exits: ");
            try (Trapless.Running tracer = record(
                    target,
                    target.uprobe("strait") + " { a = (int32)arg0 }",
                    exits + " { r = (int32)retval }",
                    "--trap",
                    "--durations")) {
                run(target, tracer);
            }
            assertThat(Summary.read(folder.resolve("summary.json")).refused()).isEmpty();
            List<TraceEvent> events = TraceEvent.view(folder.resolve("trace"));
            assertThat(events.stream()
                            .filter(event -> event.probe().equals(exits))
                            .map(event -> event.field("r")))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 20).boxed().toList());
            assertThat(Trapless.run("view", folder.resolve("trace"), "--json")
                            .succeeded()
                            .out()
                            .lines()
                            .filter(line -> line.contains(exits)))
                    .hasSize(20)
                    .allSatisfy(line ->
                            assertThat((Long) Json.object(line).get("duration")).isPositive());
        }
    }

    @Test
    void aUsdtProbeWithoutRoomGetsATrapWithItsArgumentsAndItsSemaphore() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        try (Target target = Target.start("trapme", 1, 50)) {
            String probe = "usdt:" + target.program() + ":trapme:narrow";
            assertThat(Trapless.run("list", target.program(), probe).succeeded().out())
                    .startsWith(probe + " trap (record --trap): ");
            try (Trapless.Running tracer = record(
                    target,
                    probe + " /arg0 % 10 == 3/ { a = arg0, b = arg1, c = arg2 }",
                    probe + " { d = arg3 }",
                    "--trap")) {
                assertThat(run(target, tracer)).contains("watched\n");
            }
            assertThat(Summary.read(folder.resolve("summary.json")).refused())
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.reason())
                            .contains("no trap: it captures registers only, and arg3 is in memory"));
            assertThat(TraceEvent.view(folder.resolve("trace")))
                    .extracting(event -> List.of(event.field("a"), event.field("b"), event.field("c")))
                    .containsExactly(
                            List.of(3L, 7L, 3L),
                            List.of(13L, 7L, 13L),
                            List.of(23L, 7L, 23L),
                            List.of(33L, 7L, 33L),
                            List.of(43L, 7L, 43L));
        }
    }

    @Test
    void filtersOfTrapsAreComputedToo() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        try (Target target = Target.start("trapme", 1, 100);
                Trapless.Running tracer = recordBoth(target, "/arg0 % 10 == 3/ { v = (int32)arg0 }", "--trap")) {
            run(target, tracer);
            assertThat(TraceEvent.view(folder.resolve("trace")).stream()
                            .filter(event -> event.probe().endsWith(":cramped"))
                            .map(event -> event.field("v")))
                    .containsExactly(3L, 13L, 23L, 33L, 43L, 53L, 63L, 73L, 83L, 93L);
        }
    }

    @Test
    void aFlightRecorderKeepsTheNewestOfBoth() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        int calls = 20_000;
        try (Target target = Target.start("trapme", 1, calls);
                Trapless.Running tracer = recordBoth(
                        target, "{ v = (int32)arg0 }", "--trap", "--mode", "overwrite", "--buffer-size", "64K")) {
            run(target, tracer);
            List<TraceEvent> events = TraceEvent.view(folder.resolve("trace"));
            for (String function : List.of("cramped", "roomy")) {
                List<Long> values = events.stream()
                        .filter(event -> event.probe().equals(target.uprobe(function)))
                        .map(event -> event.field("v"))
                        .toList();
                assertThat(values).as(function).last().isEqualTo(calls - 1L);
                assertThat(values).as("some were written over").hasSizeBetween(500, calls - 1);
            }
            assertThat(Summary.read(folder.resolve("summary.json")).events()).isEqualTo(events.size());
        }
    }

    @Test
    void aTrapMakesAFlightRecorderWriteATrace() throws Exception {
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        int calls = 5000;
        try (Target target = Target.start("trapme", 1, calls);
                Trapless.Running tracer = recordBoth(
                        target,
                        "{ v = (int32)arg0 }",
                        "--trap",
                        "--mode",
                        "overwrite",
                        "--snapshot-on",
                        target.uprobe("cramped") + " /arg0 == " + (calls - 1) + "/ { v = (int32)arg0 }")) {
            run(target, tracer);
            List<TraceEvent> events = TraceEvent.view(folder.resolve("trace/0001"));
            assertThat(events.stream()
                            .filter(event -> event.probe().equals(target.uprobe("cramped")))
                            .map(event -> event.field("v")))
                    .contains(0L, calls / 2L, calls - 1L);
            assertThat(folder.resolve("trace/0002")).doesNotExist();
        }
    }

    @Test
    void whatATrapCannotCaptureIsRefusedAndWithoutTheOptionThereIsNone() throws Exception {
        try (Target target = Target.start("trapme", 1, 10);
                Trapless.Running tracer = recordBoth(target, "{ v = (int32)arg0 }")) {
            run(target, tracer);
            Summary summary = Summary.read(folder.resolve("summary.json"));
            assertThat(summary.refused())
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.probe()).isEqualTo(target.uprobe("cramped")));
            assertThat(summary.sites())
                    .singleElement()
                    .satisfies(site -> assertThat(site.events()).isEqualTo(10));
        }
        assumeTrue(KernelUprobeCounts.arePermitted(), "uprobes are not permitted to this user");
        new Leftovers(folder.resolve("trace")).delete();
        try (Target target = Target.start("trapme", 1, 10);
                Trapless.Running tracer = recordBoth(target, "{ s = str(arg0) }", "--trap")) {
            run(target, tracer);
            assertThat(Summary.read(folder.resolve("summary.json")).refused())
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.reason()).contains("no trap: it captures registers only"));
        }
    }

    /** What the target says. */
    private String run(Target target, Trapless.Running tracer) throws Exception {
        tracer.awaitErr("recording", SECONDS);
        target.go();
        String out = target.await(SECONDS).succeeded().out();
        assertThat(out).endsWith("done\n");
        tracer.await(SECONDS).succeeded();
        if (KernelUprobeCounts.arePermitted()) {
            assertThat(Files.readString(Path.of("/sys/kernel/tracing/uprobe_events")))
                    .doesNotContain("trapless_" + tracer.pid() + "/");
        }
        return out;
    }

    /** Both functions with the same captures. */
    private Trapless.Running recordBoth(Target target, String captures, String... options) throws Exception {
        return record(
                target, target.uprobe("cramped") + " " + captures, target.uprobe("roomy") + " " + captures, options);
    }

    private Trapless.Running record(Target target, String clause, String another, String... options) throws Exception {
        return Trapless.start(
                "record",
                "-p",
                target.pid(),
                "-e",
                clause,
                "-e",
                another,
                "-o",
                folder.resolve("trace"),
                "--summary",
                folder.resolve("summary.json"),
                List.of(options));
    }
}
