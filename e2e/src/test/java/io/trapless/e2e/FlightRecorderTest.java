package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings that make several traces: when something happens, or as they grow. */
final class FlightRecorderTest {
    private static final int SECONDS = 90;

    @TempDir
    Path folder;

    @Test
    void aCrashLeavesTheLastEvents() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = flightRecorder(target, "crash")) {
            begin(target, tracer);
            target.burst("work 1234");
            target.say("crash");
            tracer.await(SECONDS).succeeded();
            assertTraces(List.of(1234L), List.of("process " + target.pid() + " was killed by SIGSEGV"));
        }
    }

    @Test
    void anEndWithAStatusIsACrashAndOneWithoutIsNot() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = flightRecorder(target, "crash")) {
            begin(target, tracer);
            target.burst("work 10");
            target.say("exit 3");
            tracer.await(SECONDS).succeeded();
            assertTraces(List.of(10L), List.of("process " + target.pid() + " ended with status 3"));
        }
        new Leftovers(folder.resolve("out")).delete();
        try (Target target = Target.start("burst");
                Trapless.Running tracer = flightRecorder(target, "crash")) {
            begin(target, tracer);
            target.burst("work 10");
            target.say("exit 0");
            tracer.await(SECONDS).succeeded();
            assertTraces(List.of(), List.of());
        }
    }

    @Test
    void everyEndIsOneIfThatIsWanted() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = flightRecorder(target, "exit")) {
            begin(target, tracer);
            target.burst("work 10");
            target.say("exit 0");
            tracer.await(SECONDS).succeeded();
            assertTraces(List.of(10L), List.of("process " + target.pid() + " ended with status 0"));
        }
    }

    @Test
    void aProbeThatFiresTakesASnapshotWithItsEventInIt() throws Exception {
        try (Target target = Target.start("burst")) {
            String spec = target.uprobe("alarming") + " /arg0 > 100/ { alarm = (int32)arg0 }";
            try (Trapless.Running tracer = flightRecorder(target, spec)) {
                begin(target, tracer);
                target.burst("work 100");
                target.burst("alarm"); // its filter does not let it pass
                Thread.sleep(100);
                assertThat(folder.resolve("out/0001")).doesNotExist();
                target.burst("work 100");
                target.burst("alarm");
                awaitTrace("0001");
                Thread.sleep(1_200); // as often as once a second
                target.burst("work 100");
                target.burst("alarm");
                awaitTrace("0002");
                tracer.signal("TERM");
                tracer.await(SECONDS).succeeded();
                assertTraces(List.of(201L, 302L), List.of(spec + " fired", spec + " fired"));
                assertThat(TraceEvent.view(folder.resolve("out/0002")).getLast().fields())
                        .isEqualTo(Map.of("alarm", 300L));
            }
        }
    }

    @Test
    void rotationBySizeLosesNothingAndDoublesNothing() throws Exception {
        rotate("300K", 2, 100_000);
    }

    @Test
    void rotationByTimeLosesNothingAndDoublesNothing() throws Exception {
        rotate("50ms", 4, 100_000);
    }

    private void rotate(String each, int threads, int calls) throws Exception {
        Path out = folder.resolve("out");
        try (Target target = Target.start("seqloop", threads, calls);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-e",
                        target.uprobe("work") + " { seq = (int32)arg0, thread = (int32)arg1 }",
                        "-o",
                        out,
                        "--mode",
                        "block",
                        "--buffer-size",
                        "64K",
                        "--rotate",
                        each,
                        "--summary",
                        folder.resolve("summary.json"))) {
            target.awaitPatched(tracer);
            target.go();
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
        }
        long total = (long) threads * calls;
        assertThat(Summary.read(folder.resolve("summary.json")).events()).isEqualTo(total);
        BitSet seen = new BitSet();
        List<Path> traces = traces();
        List<Long> counts = counts();
        assertThat(traces).hasSize(counts.size()).hasSizeGreaterThan(1);
        for (int i = 0; i < traces.size(); i++) {
            long events = TraceEvent.forEachLine(traces.get(i), line -> {
                int event = (int) (TraceEvent.integer(line, "thread") * calls + TraceEvent.integer(line, "seq"));
                assertThat(seen.get(event)).as("event %d is there twice", event).isFalse();
                seen.set(event);
            });
            assertThat(events).isEqualTo(counts.get(i)).isPositive();
            assertThat(RecordTest.countedByBabeltrace(traces.get(i))).isEqualTo(events);
            if (each.equals("300K")) {
                assertThat(sizeOf(traces.get(i))).isLessThanOrEqualTo(300 << 10);
            }
        }
        assertThat(seen.cardinality()).isEqualTo((int) total);
        // All of them at once are one trace to other tools too, and one after another to ours.
        assertThat(RecordTest.countedByBabeltrace(out)).isEqualTo(total);
        assertThat(TraceEvent.forEachLine(out, line -> {})).isEqualTo(total);
    }

    private static long sizeOf(Path trace) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.list(trace)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("cpu"))
                    .toList()) {
                size += Files.size(file);
            }
        }
        return size;
    }

    private Trapless.Running flightRecorder(Target target, String trigger) throws IOException {
        return Trapless.start(
                "record",
                "-p",
                target.pid(),
                "-e",
                target.uprobe("work") + " { seq = (int32)arg0 }",
                "-o",
                folder.resolve("out"),
                "--mode",
                "overwrite",
                "--buffer-size",
                "1M",
                "--snapshot-on",
                trigger,
                "--summary",
                folder.resolve("summary.json"));
    }

    private static void begin(Target target, Trapless.Running tracer) throws Exception {
        target.awaitPatched(tracer);
        // The last thing that a recorder begins is to watch.
        tracer.awaitErr("recording", SECONDS);
        target.go();
    }

    private void awaitTrace(String name) throws Exception {
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!Files.exists(folder.resolve("out").resolve(name).resolve("metadata"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private void assertTraces(List<Long> events, List<String> causes) throws Exception {
        assertThat(counts()).isEqualTo(events);
        List<Map<String, Object>> told = told();
        List<Path> traces = traces();
        assertThat(traces).hasSize(events.size());
        for (int i = 0; i < traces.size(); i++) {
            assertThat(RecordTest.countedByBabeltrace(traces.get(i))).isEqualTo(events.get(i));
            assertThat(told.get(i).get("cause")).isEqualTo(causes.get(i));
            assertThat(told.get(i).get("trace")).isEqualTo(traces.get(i).toString());
        }
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> told() throws IOException {
        return (List<Map<String, Object>>)
                Json.object(Files.readString(folder.resolve("summary.json"))).get("traces");
    }

    private List<Long> counts() throws IOException {
        List<Long> counts = new ArrayList<>();
        told().forEach(trace -> counts.add((Long) trace.get("events")));
        return counts;
    }

    private List<Path> traces() throws IOException {
        try (Stream<Path> entries = Files.list(folder.resolve("out"))) {
            return entries.sorted().toList();
        }
    }
}
