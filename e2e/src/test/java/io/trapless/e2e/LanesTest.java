package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every call of every thread, signal handler, child and coroutine is one event, whatever interrupts, moves or ends it. The target says how many calls each lane of it made.
 */
final class LanesTest {
    private static final int SECONDS = 120;

    @TempDir
    Path folder;

    private record Recorded(Summary summary, List<TraceEvent> events, Map<Long, Long> made) {}

    /** Signals at 20 kHz a thread, more threads than CPUs, hops between CPUs, children that share or copy the memory, stacks of every kind. */
    @ParameterizedTest
    @CsvSource({"storm, 4, 10000", "migrate, 4, 5000", "fork, 2, 3000", "vfork, 2, 3000", "coroutines, 16, 1000"})
    void noCallIsLostOrDoubled(String mode, int threads, long calls) throws Exception {
        Path program = Programs.compiled("lanes");
        assertComplete(record(Target.start(program, Map.of(), List.of(), mode, threads, calls), "discard", "64M"));
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "plain, 4, 30000",
        "storm, 2, 60000",
        "storm, 8, 15000",
        "altstack, 2, 30000",
        "migrate, 4, 20000",
        "plain, 64, 1000",
        "churn, 100, 50",
        "fork, 4, 10000",
        "vfork, 4, 10000",
        "coroutines, 16, 3000"
    })
    void noCallIsLostOrDoubledForLonger(String mode, int threads, long calls) throws Exception {
        noCallIsLostOrDoubled(mode, threads, calls);
    }

    /** The C library registers no rseq there, or is another one: the atomic rings take the events. */
    @Tag("long")
    @ParameterizedTest
    @CsvSource({"musl, musl-gcc", "musl-static, musl-gcc -static", "static, gcc -static", "static-pie, gcc -static-pie"
    })
    void otherLibrariesAndStaticPrograms(String variant, String compiler) throws Exception {
        Path program = Programs.compiled("lanes", "-" + variant, List.of(compiler.split(" ")));
        assertComplete(record(Target.start(program, Map.of(), List.of(), "storm", 4, 20000), "discard", "64M"));
        assertComplete(record(Target.start(program, Map.of(), List.of(), "vfork", 2, 10000), "discard", "64M"));
    }

    @ParameterizedTest
    @CsvSource({"storm", "vfork"})
    void withoutRestartableSequences(String mode) throws Exception {
        Map<String, String> environment = Map.of("GLIBC_TUNABLES", "glibc.pthread.rseq=0");
        Target target = Target.start(Programs.compiled("lanes"), environment, List.of(), mode, 4, 5000);
        assertComplete(record(target, "discard", "64M"));
    }

    /** A ring of 64 KiB for hundreds of thousands of events: the threads wait, and nothing is lost. */
    @ParameterizedTest
    @CsvSource({"0", "1"})
    void blockModeLosesNothing(int rseq) throws Exception {
        Map<String, String> environment = Map.of("GLIBC_TUNABLES", "glibc.pthread.rseq=" + rseq);
        Target target = Target.start(Programs.compiled("lanes"), environment, List.of(), "storm", 4, 30000);
        assertComplete(record(target, "block", "64K"));
    }

    /** What is left of a flight recorder is the end of each lane. */
    @ParameterizedTest
    @CsvSource({"0", "1"})
    void overwriteModeKeepsTheNewest(int rseq) throws Exception {
        Map<String, String> environment = Map.of("GLIBC_TUNABLES", "glibc.pthread.rseq=" + rseq);
        Target target = Target.start(Programs.compiled("lanes"), environment, List.of(), "plain", 2, 100_000);
        Recorded recorded = record(target, "overwrite", "64K");
        Map<Long, Long> last = new HashMap<>();
        for (TraceEvent event : recorded.events) {
            Long before = last.put(event.field("lane"), event.field("seq"));
            if (before != null) {
                assertThat(event.field("seq")).isGreaterThan(before);
            }
            assertText(event);
        }
        long newest = recorded.events.getLast().field("lane");
        assertThat(last.get(newest)).isEqualTo(recorded.made.get(newest) - 1);
    }

    @Test
    void anotherUser() throws Exception {
        Path program = Programs.compiled("lanes");
        List<String> before = List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
        assertComplete(record(Target.start(program, Map.of(), before, "plain", 2, 5000), "discard", "16M"));
    }

    @Test
    void otherNamespaces() throws Exception {
        Path program = Programs.compiled("lanes");
        List<String> before = List.of("unshare", "--mount", "--ipc", "--uts", "--net");
        assertComplete(record(Target.start(program, Map.of(), before, "fork", 2, 5000), "discard", "16M"));
    }

    private Recorded record(Target started, String mode, String bufferSize) throws Exception {
        Path trace = folder.resolve("trace" + System.nanoTime());
        Path summaryFile = folder.resolve("summary.json");
        try (Target target = started;
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-e",
                        target.uprobe("work") + " { seq = arg0, lane = (int32)arg1, text = str(arg2, 33) }",
                        "-e",
                        target.uprobe("red") + " /arg0 < 0/ { seq = arg0 }",
                        "-o",
                        trace,
                        "--mode",
                        mode,
                        "--buffer-size",
                        bufferSize,
                        "--summary",
                        summaryFile)) {
            target.awaitPatched(tracer);
            target.go();
            Trapless.Result ended = target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
            Map<Long, Long> made = new TreeMap<>();
            ended.out().lines().filter(line -> line.startsWith("lane ")).forEach(line -> {
                String[] words = line.split(" ");
                made.put(Long.parseLong(words[1]), Long.parseLong(words[2]));
            });
            return new Recorded(Summary.read(summaryFile), TraceEvent.view(trace), made);
        }
    }

    /** Every call is an event, in order. */
    private static void assertComplete(Recorded recorded) {
        assertThat(recorded.summary.lost()).isZero();
        assertThat(recorded.summary.sites().stream()
                        .mapToLong(Summary.Site::events)
                        .sum())
                .as("those of children too")
                .isEqualTo(recorded.summary.events());
        assertThat(recorded.made).isNotEmpty();
        Map<Long, Long> next = new TreeMap<>();
        recorded.made.keySet().forEach(lane -> next.put(lane, 0L));
        for (TraceEvent event : recorded.events) {
            long lane = event.field("lane");
            assertThat(event.field("seq")).as("call of lane %d", lane).isEqualTo(next.get(lane));
            next.put(lane, event.field("seq") + 1);
            assertText(event);
        }
        assertThat(next).isEqualTo(recorded.made);
    }

    /** The target gives call number n a text of n mod 64 bytes; 32 of them are recorded at the most. */
    private static void assertText(TraceEvent event) {
        int length = (int) (event.field("seq") & 63);
        String letter = Character.toString('a' + length % 26);
        assertThat(event.fields().get("text")).isEqualTo(letter.repeat(Math.min(length, 32)));
    }
}
