package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes in libraries that are loaded, unloaded and loaded again while a recording goes on. */
final class LaterLibrariesTest {
    private static final int SECONDS = 120;
    private static final int ROUNDS = 7;
    private static final int CALLS = 100;

    @TempDir
    Path folder;

    private static Path plugin() throws Exception {
        return Programs.compiled("plugin", ".so", List.of("gcc", "-shared", "-fPIC"));
    }

    private Trapless.Running record(Target target, String... clauses) throws Exception {
        return Trapless.start(words(target, clauses));
    }

    private List<Object> words(Target target, String... clauses) {
        List<Object> words = new ArrayList<>(
                List.of("record", "-p", target.pid(), "-o", folder.resolve("trace"), "--summary", summaryFile()));
        for (String clause : clauses) {
            words.addAll(List.of("-e", clause));
        }
        return words;
    }

    private Path summaryFile() {
        return folder.resolve("summary.json");
    }

    @Test
    void everyCallFromTheFirstInitialiserOnIsRecorded() throws Exception {
        try (Target target = Target.start("loader", plugin(), ROUNDS, CALLS);
                Trapless.Running tracer =
                        record(target, "uprobe:" + plugin() + ":plug { x = (int32)arg0 }", target.uprobe("step"))) {
            target.awaitPatched(tracer);
            target.go();
            awaitOut(target, "done ");
            target.say("end");
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
            assertThat(target.out()).doesNotContain("done 1\n"); // it lay in several places
        }
        List<TraceEvent> events = TraceEvent.view(folder.resolve("trace"));
        List<Long> calls = events.stream()
                .filter(event -> event.probe().endsWith(":plug"))
                .map(event -> event.field("x"))
                .toList();
        assertThat(calls).hasSize(ROUNDS * (CALLS + 2));
        for (int round = 0; round < ROUNDS; round++) {
            List<Long> one = calls.subList(round * (CALLS + 2), (round + 1) * (CALLS + 2));
            assertThat(one.getFirst()).isEqualTo(-1);
            assertThat(one.getLast()).isEqualTo(-2);
            for (int i = 0; i < CALLS; i++) {
                assertThat(one.get(i + 1)).isEqualTo(i);
            }
        }
        assertThat(Summary.read(summaryFile()).refused()).isEmpty();
    }

    /** A pattern means what comes later too, as far as it fits: by its name, or by what is in it. */
    @ParameterizedTest
    @ValueSource(strings = {"plug*.so", "*", "FOLDER/pl*.so"})
    void aPatternMeansLibrariesThatComeLater(String module) throws Exception {
        String pattern = module.replace("FOLDER", plugin().getParent().toString());
        try (Target target = Target.start("loader", plugin(), ROUNDS, CALLS);
                Trapless.Running tracer =
                        record(target, "uprobe:" + pattern + ":plug { x = (int32)arg0 }", target.uprobe("step"))) {
            target.awaitPatched(tracer);
            target.go();
            awaitOut(target, "done ");
            target.say("end");
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
        }
        assertThat(TraceEvent.view(folder.resolve("trace")).stream()
                        .filter(event -> event.probe().endsWith(":plug")))
                .hasSize(ROUNDS * (CALLS + 2));
        assertThat(Summary.read(summaryFile()).refused()).isEmpty();
    }

    /** The function that the linker calls when it has loaded something holds our own jump then. */
    @Test
    void everyFunctionOfTheLinkerToo() throws Exception {
        try (Target target = Target.start("loader", plugin(), ROUNDS, CALLS);
                Trapless.Running tracer =
                        record(target, "uprobe:*:plug", "uprobe:ld-linux*:*", "uretprobe:ld-linux*:*")) {
            tracer.awaitErr("recording ", SECONDS);
            target.go();
            awaitOut(target, "done ");
            target.say("end");
            target.await(SECONDS).succeeded();
            tracer.await(SECONDS).succeeded();
        }
        Summary summary = Summary.read(summaryFile());
        assertThat(summary.notices()).isEmpty();
        assertThat(summary.sites().stream()
                        .filter(site -> site.probe().endsWith(":plug"))
                        .mapToLong(Summary.Site::events)
                        .sum())
                .isEqualTo(ROUNDS * (CALLS + 2));
        assertThat(summary.refused())
                .filteredOn(refused -> refused.probe().endsWith(":_dl_debug_state"))
                .isNotEmpty()
                .allSatisfy(refused -> assertThat(refused.reason()).contains("Trapless itself needs this place"));
    }

    /** After the unloading something else lies where the library was: it must not be written to. */
    @Test
    void whatWasUnloadedIsNotTouchedAtTheEnd() throws Exception {
        try (Target target = Target.start("loader", plugin(), ROUNDS, CALLS);
                Trapless.Running tracer = record(target, "uprobe:" + plugin() + ":plug", target.uprobe("step"))) {
            target.awaitPatched(tracer);
            List<String> before = target.codeMappings();
            target.go();
            awaitOut(target, "done ");
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(target.codeMappings()).isEqualTo(before);
            assertThat(Summary.read(summaryFile()).notices()).isEmpty();
            target.say("end");
            target.await(SECONDS).succeeded();
        }
    }

    @Test
    void loadingGoesOnWhenTheTracerIsKilled() throws Exception {
        Leftovers leftovers = Leftovers.fresh();
        try (Target target = Target.start("loader", plugin(), ROUNDS, CALLS);
                Trapless.Running tracer = Trapless.start(
                        words(target, "uprobe:" + plugin() + ":plug", target.uprobe("step")),
                        "--shm-path",
                        leftovers.shm())) {
            target.awaitPatched(tracer);
            tracer.kill();
            tracer.await(SECONDS);
            target.go();
            awaitOut(target, "done ");
            Trapless.run("detach", "-p", target.pid()).succeeded();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            target.say("end");
            target.await(SECONDS).succeeded();
        } finally {
            leftovers.delete();
        }
    }

    @Test
    void aMistakeIsStillAnError() throws Exception {
        try (Target target = Target.start("loader", plugin(), 1, 1)) {
            Trapless.Result typo = Trapless.run(
                    "record", "-p", target.pid(), "-e", "uprobe:" + plugin() + "x:plug", "-o", folder.resolve("t"));
            assertThat(typo.exitStatus()).isEqualTo(1);
            assertThat(typo.err()).contains("has no code of");
            for (String nothing : List.of("libnosuch:f", "*nosuch*:f", "*:nosuchfunction", "lib*.so*:nosuchfunction")) {
                Trapless.Result name = Trapless.run(
                        "record", "-p", target.pid(), "-e", "uprobe:" + nothing, "-o", folder.resolve("t"));
                assertThat(name.exitStatus()).as(nothing).isEqualTo(1);
            }
            // With --later it is waited for, and told at the end that it never came.
            Trapless.Result waiting = Trapless.run(
                            "record",
                            "-p",
                            target.pid(),
                            "-e",
                            "uprobe:libnosuch:f",
                            "--later",
                            "--duration",
                            "100ms",
                            "-o",
                            folder.resolve("t"),
                            "--summary",
                            summaryFile())
                    .succeeded();
            assertThat(waiting.err()).contains("is not loaded yet");
            assertThat(Summary.read(summaryFile()).refused())
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.reason()).contains("has loaded it"));
        }
    }

    private static void awaitOut(Target target, String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!target.out().contains(text)) {
            assertThat(System.nanoTime())
                    .as("'%s' was not said: %s", text, target.out())
                    .isLessThan(deadline);
            assertThat(Files.exists(Path.of("/proc/" + target.pid()))).isTrue();
            Thread.sleep(5);
        }
    }
}
