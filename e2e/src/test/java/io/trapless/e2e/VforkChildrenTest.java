package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Children that run on their parent's thread area are known as such, whichever call makes them and whatever interrupts it, and the parent's area is as it was afterwards. The target looks at the area itself and says what it saw. So are threads whose area is not registered yet.
 */
final class VforkChildrenTest {
    private static final int SECONDS = 120;
    private static final int THREADS = 4;
    private static final int ROUNDS = 400;

    @TempDir
    Path folder;

    private static Map<String, Long> counts(String out) {
        String[] words = out.lines()
                .filter(line -> line.startsWith("children "))
                .findFirst()
                .orElseThrow()
                .split(" ");
        Map<String, Long> counts = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            counts.put(words[i], Long.parseLong(words[i + 1]));
        }
        return counts;
    }

    private Target start(String compiler) throws Exception {
        Path program = compiler.isEmpty()
                ? Programs.compiled("vforks")
                : Programs.compiled("vforks", "-static", List.of(compiler.split(" ")));
        return Target.start(program, Map.of(), List.of(), THREADS, ROUNDS);
    }

    /** A tracer that records. */
    private Trapless.Running record(Target target, String probes) throws Exception {
        Trapless.Running tracer = Trapless.start(
                "record", "-p", target.pid(), "-e", probes, "-o", folder.resolve("trace"), "--summary", summaryFile());
        tracer.awaitErr("recording", SECONDS);
        return tracer;
    }

    private Path summaryFile() {
        return folder.resolve("summary.json");
    }

    private Summary summary() throws Exception {
        return Summary.read(summaryFile());
    }

    /** Else the other tests would show nothing. */
    @Test
    void withoutATracerAChildHasItsParentsCpu() throws Exception {
        try (Target target = start("")) {
            target.go();
            Map<String, Long> counts = counts(target.await(SECONDS).succeeded().out());
            assertThat(counts.get("with-cpu")).isEqualTo(counts.get("children")).isPositive();
            assertThat(counts.get("without-cpu")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', uprobe:PROGRAM:work",
        "gcc -static, uprobe:PROGRAM:work",
        "'', uprobe:libc:getpid",
        "'', 'uprobe:libc:vfork,uprobe:libc:vfork+1,uprobe:libc:vfork+8,uretprobe:libc:clone,uprobe:libc:_Fork'"
    })
    void aChildHasNoCpuAndItsParentHasItsOwnAgain(String compiler, String probes) throws Exception {
        try (Target target = start(compiler);
                Trapless.Running tracer = record(
                        target, probes.replace("PROGRAM", target.program().toString()))) {
            target.go();
            Map<String, Long> counts = counts(target.await(SECONDS).succeeded().out());
            tracer.await(SECONDS).succeeded();
            assertThat(counts.get("children")).isEqualTo(4L * THREADS * ROUNDS);
            assertThat(counts.get("with-cpu")).as("children with a CPU").isZero();
            assertThat(counts.get("without-cpu")).as("parents without one").isZero();
            assertThat(summary().lost()).isZero();
        }
    }

    /** Only what is probed counts as a place: not the calls that are patched besides. */
    @Test
    void theCallsAreNoPlacesOfTheUser() throws Exception {
        try (Target target = start("");
                Trapless.Running tracer = record(target, target.uprobe("work"))) {
            tracer.awaitErr("recording 1 site", SECONDS);
            target.go();
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
        }
    }

    /** The tracer comes between a thread's birth and the registration of its area. */
    @Test
    void aThreadThatIsNotRegisteredYetHasNoCpu() throws Exception {
        int calls = 1000;
        try (Target target = Target.start("unregistered", calls);
                Trapless.Running tracer = record(target, target.uprobe("work"))) {
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).containsPattern("cpu -[1-9]");
            tracer.await(SECONDS).succeeded();
            assertThat(summary().events()).isEqualTo(calls);
        }
    }

    /** Go asks the kernel itself. Another thread watches the area while a child has it. */
    @Test
    @Tag("long")
    void aChildOfGosHasNoCpu() throws Exception {
        Path program = folder.resolve("children");
        Programs.run(List.of("go", "build", "-o", program.toString(), TortureProgram.source("children.go")));
        List<String> words = List.of(program.toString(), Integer.toString(THREADS), Integer.toString(ROUNDS));
        Map<String, Long> alone = counts(Programs.run(words));
        assertThat(alone.get("without-cpu")).as("else the test shows nothing").isZero();

        try (Trapless.Running tracer = Trapless.start(Stream.concat(
                        Stream.of(
                                "record",
                                "-e",
                                "uprobe:" + program + ":syscall.runtime_AfterForkInChild",
                                "-o",
                                folder.resolve("trace"),
                                "--summary",
                                summaryFile(),
                                "--"),
                        words.stream())
                .toArray())) {
            Map<String, Long> counts = counts(tracer.await(SECONDS).succeeded().out());
            assertThat(counts.get("without-cpu")).isPositive();
            assertThat(counts.get("afterwards")).isZero();
            Summary summary = summary();
            assertThat(summary.notices()).isEmpty();
            assertThat(summary.lost()).isZero();
            assertThat(summary.sites())
                    .singleElement()
                    .satisfies(site -> assertThat(site.events()).isEqualTo((long) THREADS * ROUNDS));
        }
    }

    /** {@code __ctype_init} is what glibc's threads call before they have registered their area, which is fresh memory, or another thread's old one, until then: taken at its word, they write into the ring of a CPU on which they are not. */
    @Test
    void aThreadThatHasJustBegunHasNoCpu() throws Exception {
        int makers = 6;
        long rounds = 5000;
        try (Target target = Target.start("threads", makers, rounds);
                Trapless.Running tracer = record(target, "uprobe:libc:__ctype_init,uretprobe:libc:__ctype_init")) {
            target.go();
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
            Summary summary = summary();
            assertThat(summary.notices()).isEmpty();
            assertThat(summary.sites())
                    .hasSize(2)
                    .allSatisfy(site -> assertThat(site.events()).isEqualTo(makers + makers * rounds));
        }
    }
}
