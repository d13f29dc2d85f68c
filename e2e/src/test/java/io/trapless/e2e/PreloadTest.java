package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that arm themselves, by an object that their dynamic linker loads before them. */
final class PreloadTest {
    private static final int SECONDS = 300;
    private static final long CALLS = 20_000;

    @TempDir
    Path folder;

    @Test
    void bashIsCountedAsByRecord() throws Exception {
        countedAsByRecord(RealProgram.bash(folder));
    }

    @Test
    @Tag("long")
    void pythonIsCountedAsByRecord() throws Exception {
        countedAsByRecord(RealProgram.python(folder));
    }

    @Test
    @Tag("long")
    void sqliteIsCountedAsByRecord() throws Exception {
        countedAsByRecord(RealProgram.sqlite(folder));
    }

    @Test
    @Tag("long")
    void opensslIsCountedAsByRecord() throws Exception {
        countedAsByRecord(RealProgram.openssl(folder));
    }

    @Test
    void bashDoesTheSameWithEverythingArmed() throws Exception {
        everythingArmed(RealProgram.bash(folder));
    }

    @Test
    @Tag("long")
    void pythonDoesTheSameWithEverythingArmed() throws Exception {
        everythingArmed(RealProgram.python(folder));
    }

    @Test
    @Tag("long")
    void sqliteDoesTheSameWithEverythingArmed() throws Exception {
        everythingArmed(RealProgram.sqlite(folder));
    }

    @Test
    @Tag("long")
    void opensslDoesTheSameWithEverythingArmed() throws Exception {
        everythingArmed(RealProgram.openssl(folder));
    }

    @Test
    @Tag("long")
    void redisServesWithEverythingArmed() throws Exception {
        Path server = folder.resolve("redis-server");
        Files.copy(Path.of("/usr/bin/redis-server").toRealPath(), server);
        server.toFile().setExecutable(true);
        try (Preload preload = Preload.make(
                List.of("uprobe:" + server + ":*", "uprobe:libc:*"), "--mode", "overwrite", "--buffer-size", "1M")) {
            Map<String, String> before = Map.of("LD_PRELOAD", preload.object().toString());
            try (Redis redis = Redis.start(server, folder, before)) {
                redis.benchmark(500);
                assertThat(redis.command("SET", "key", "value")).isEqualTo("OK\n");
                assertThat(redis.command("GET", "key")).isEqualTo("value\n");
            }
            assertThat(preload.recover(folder.resolve("trace")))
                    .anyMatch(event -> event.probe().endsWith(":processCommand"));
        }
    }

    /** As many events as calls, in order, from each of three threads: with rseq, without it, and with another C library. */
    @ParameterizedTest
    @ValueSource(strings = {"rseq", "no rseq", "musl"})
    void everyCallIsOneEvent(String kind) throws Exception {
        Path program = kind.equals("musl")
                ? Programs.compiled("seqloop", "-musl", List.of("musl-gcc"))
                : Programs.compiled("seqloop");
        Map<String, String> environment =
                kind.equals("no rseq") ? Map.of("GLIBC_TUNABLES", "glibc.pthread.rseq=0") : Map.of();
        try (Preload preload =
                Preload.make(List.of("uprobe:" + program + ":work { seq = (int32)arg0, thread = (int32)arg1 }"))) {
            seqloop(preload, program, environment);
            List<TraceEvent> events = preload.recover(folder.resolve("trace"));
            assertThat(events).hasSize((int) (3 * CALLS));
            assertInOrder(events);
            assertThat(events.stream().map(TraceEvent::pid).distinct()).hasSize(1);
            assertThat(preload.listed()).contains("1 armed");
        }
    }

    @Test
    void recordingTakesTheEventsWhileTheyAreMade() throws Exception {
        Path program = Programs.compiled("seqloop");
        try (Preload preload = Preload.make(
                List.of("uprobe:" + program + ":work { seq = (int32)arg0, thread = (int32)arg1 }"),
                "--buffer-size",
                "64K",
                "--mode",
                "block")) {
            // Each ring is smaller than the events of one run: only a reader that makes room gets them all.
            try (Trapless.Running recorder = preload.record(folder.resolve("first"))) {
                awaitListed(preload, "recording (tracer process " + recorder.pid());
                try (Trapless.Running second = preload.record(folder.resolve("refused"))) {
                    Trapless.Result refused = second.await(SECONDS);
                    assertThat(refused.exitStatus()).isEqualTo(1);
                    assertThat(refused.err()).hasLineCount(1).contains("is being recorded by process");
                }
                seqloop(preload, program, Map.of());
                recorder.signal("INT");
                recorder.await(SECONDS).succeeded();
            }
            List<TraceEvent> first = TraceEvent.view(folder.resolve("first"));
            assertThat(first).hasSize((int) (3 * CALLS));
            assertInOrder(first);
            assertThat(preload.listed()).contains("waits for programs that preload it");

            Path again = folder.resolve("again");
            try (Trapless.Running recorder = preload.record(again)) {
                awaitListed(preload, "recording (tracer process " + recorder.pid());
                seqloop(preload, program, Map.of());
                recorder.signal("INT");
                recorder.await(SECONDS).succeeded();
            }
            // It began with what was still in the rings of the run before.
            List<TraceEvent> later = TraceEvent.view(again);
            long pid = later.getLast().pid();
            List<TraceEvent> ofThisRun =
                    later.stream().filter(event -> event.pid() == pid).toList();
            assertThat(ofThisRun).hasSize((int) (3 * CALLS));
            assertInOrder(ofThisRun);
        }
    }

    @Test
    void childrenInheritIt() throws Exception {
        String script = "echo $BASHPID; (echo $BASHPID; sh -c 'echo $$; exec sh -c \"echo \\$\\$\"') ; exit 3";
        try (Preload preload = Preload.make(List.of("uprobe:libc:write /arg0 == 1/ { text = str(arg1, 12) }"))) {
            Trapless.Result alone = Trapless.Running.start(Map.of(), List.of("bash", "-c", script))
                    .await(SECONDS);
            Trapless.Result armed = preload.run(List.of("bash", "-c", script));
            assertThat(armed.exitStatus()).isEqualTo(alone.exitStatus()).isEqualTo(3);
            assertThat(armed.err()).isEqualTo(alone.err());
            List<String> said = armed.out().lines().toList();
            assertThat(said).hasSize(4);
            List<TraceEvent> events = preload.recover(folder.resolve("trace"));
            assertThat(events.stream()
                            .map(event -> event.fields().get("text").toString().strip()))
                    .containsExactlyElementsOf(said);
            assertThat(events.stream().map(event -> Long.toString(event.pid())))
                    .as("each says its own process id")
                    .containsExactlyElementsOf(said);
        }
    }

    @Test
    void anotherBuildIsLeftAlone() throws Exception {
        Path program = folder.resolve("seqloop");
        Files.copy(Programs.compiled("seqloop"), program);
        try (Preload preload = Preload.make(List.of("uprobe:" + program + ":work"))) {
            Files.copy(
                    Programs.compiled("seqloop", "-other", List.of("gcc", "-fno-builtin", "-DOTHER=1", "-g")),
                    program,
                    StandardCopyOption.REPLACE_EXISTING);
            seqloop(preload, program, Map.of());
            assertThat(preload.recover(folder.resolve("trace"))).isEmpty();
            assertThat(preload.listed()).contains("0 armed", "1 files of another build");
        }
    }

    @Test
    void aFileWithoutBuildIdIsKnownByItsCode() throws Exception {
        List<String> compiler = List.of("gcc", "-Wl,--build-id=none", "-no-pie");
        Path program = folder.resolve("seqloop");
        Files.copy(Programs.compiled("seqloop", "-nameless", compiler), program);
        try (Preload preload =
                Preload.make(List.of("uprobe:" + program + ":work { seq = (int32)arg0, thread = (int32)arg1 }"))) {
            seqloop(preload, program, Map.of());
            List<TraceEvent> events = preload.recover(folder.resolve("trace"));
            assertThat(events).hasSize((int) (3 * CALLS));
            // One byte of the code is another: an alignment's, which nobody executes.
            byte[] bytes = Files.readAllBytes(program);
            String sections = Programs.run(List.of("readelf", "-SW", program.toString()));
            String fini = sections.lines()
                    .filter(line -> line.contains(" .fini "))
                    .findFirst()
                    .orElseThrow();
            String[] words = fini.substring(fini.indexOf("PROGBITS")).split(" +");
            int behindText = Integer.parseInt(words[2], 16) - 1;
            bytes[behindText] ^= 0x5A;
            Files.delete(program);
            Files.write(program, bytes);
            program.toFile().setExecutable(true);
            seqloop(preload, program, Map.of());
            assertThat(preload.recover(folder.resolve("again"))).hasSameSizeAs(events);
            assertThat(preload.listed()).contains("2 programs started, 1 armed, 1 files of another build");
        }
    }

    @Test
    void withoutItsRingsAProgramRunsAsIfNothingWere() throws Exception {
        Path program = Programs.compiled("seqloop");
        Path object = folder.resolve("elsewhere.so");
        try (Preload preload = Preload.make(List.of("uprobe:" + program + ":work"), "--object", object)) {
            assertThat(preload.object()).isEqualTo(object);
            Path aside = folder.resolve("rings");
            for (String damage : List.of("gone", "short", "a folder", "a link", "of another session")) {
                Files.move(preload.rings(), aside);
                switch (damage) {
                    case "short" -> Files.write(preload.rings(), new byte[4096]);
                    case "a folder" -> Files.createDirectory(preload.rings());
                    case "a link" -> Files.createSymbolicLink(preload.rings(), aside);
                    case "of another session" -> {
                        Files.copy(aside, preload.rings());
                        try (RandomAccessFile file =
                                new RandomAccessFile(preload.rings().toFile(), "rw")) {
                            file.seek(40);
                            file.write(new byte[16]);
                        }
                    }
                    default -> {}
                }
                seqloop(preload, program, Map.of());
                Files.deleteIfExists(preload.rings());
                Files.move(aside, preload.rings());
            }
            assertThat(preload.listed()).contains("0 programs started");
            seqloop(preload, program, Map.of());
            assertThat(preload.listed()).contains("1 programs started, 1 armed");
        }
    }

    @Test
    void aKilledProgramsEventsAreThere() throws Exception {
        Path program = Programs.compiled("seqloop");
        try (Preload preload = Preload.make(
                        List.of("uprobe:" + program + ":work { seq = (int32)arg0 }"), "--mode", "overwrite");
                Target target = Target.start(program, preload.environment(Map.of()), List.of(), 1, 0)) {
            target.go();
            Thread.sleep(200);
            assertThat(preload.listed()).contains("running now: " + target.pid());
            target.kill();
            target.await(SECONDS);
            List<TraceEvent> events = preload.recover(folder.resolve("trace"));
            assertThat(events).hasSizeGreaterThan(1000);
            // Each CPU's ring holds the newest of its own: the thread may have moved from one to another.
            long previous = -1;
            for (TraceEvent event : events) {
                assertThat(event.field("seq")).isGreaterThan(previous);
                previous = event.field("seq");
            }
            assertThat(preload.listed()).contains("waits for programs").doesNotContain("running now");
        }
    }

    @Test
    void removingASessionSwitchesRunningProgramsOff() throws Exception {
        Path program = Programs.compiled("seqloop");
        Path object = folder.resolve("it.so");
        try (Preload preload = Preload.make(List.of("uprobe:" + program + ":work"), "--object", object);
                Target target = Target.start(program, preload.environment(Map.of()), List.of(), 2, CALLS)) {
            assertThat(Trapless.run(
                                    "sessions",
                                    "--remove",
                                    preload.name(),
                                    "--shm-path",
                                    preload.leftovers().shm())
                            .succeeded()
                            .out())
                    .contains("is deleted", "switched off in process " + target.pid());
            assertThat(preload.leftovers().all()).isEmpty();
            assertThat(object).doesNotExist();
            assertThat(preload.listed()).isEqualTo("no sessions\n");
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).contains("done 2 " + CALLS);
        }
    }

    @Test
    void semaphoresAreRaised() throws Exception {
        Path program = Programs.compiled("usdt");
        try (Preload preload = Preload.make(
                List.of("usdt:" + program + ":trapless_test:fire", "usdt:" + program + ":trapless_test:guarded"))) {
            try (Target target = Target.start(program, preload.environment(Map.of()), List.of(), 1000)) {
                target.go();
                assertThat(target.await(SECONDS).succeeded().out()).contains("raised 1000 semaphore 1");
            }
            Map<String, Long> counts = preload.recover(folder.resolve("trace")).stream()
                    .collect(Collectors.groupingBy(TraceEvent::probe, Collectors.counting()));
            assertThat(counts.values()).containsExactly(1000L, 1000L);
        }
    }

    /** Loaded into a program that has threads already, it changes nothing: others may stand in the code. */
    @Test
    void amongOtherThreadsNothingIsArmed() throws Exception {
        try (Preload preload = Preload.make(List.of("uprobe:libc:write"))) {
            String script = """
                    import ctypes, threading
                    stop = threading.Event()
                    thread = threading.Thread(target=stop.wait)
                    thread.start()
                    ctypes.CDLL("%s")
                    stop.set()
                    thread.join()
                    print("unharmed", flush=True)
                    """.formatted(preload.object());
            Trapless.Result result = Trapless.Running.start(
                            Map.of(), List.of("/usr/bin/python3", "-S", "-E", "-c", script))
                    .await(SECONDS);
            assertThat(result.succeeded().out()).isEqualTo("unharmed\n");
            assertThat(preload.recover(folder.resolve("trace"))).isEmpty();
            assertThat(preload.listed()).contains("1 programs started, 0 armed, 1 could not be armed");
        }
    }

    @Test
    void theObjectIsWellFormed() throws Exception {
        try (Preload preload = Preload.make(List.of("uprobe:libc:mem*", "uprobe:bash:*read*"))) {
            String object = preload.object().toString();
            assertThat(Programs.run(List.of("eu-elflint", "--gnu-ld", object)).strip())
                    .isEqualTo("No errors");
            assertThat(Programs.run(List.of("readelf", "-aW", object)))
                    .doesNotContainIgnoringCase("warning")
                    .doesNotContain("RWE");
            assertThat(Programs.run(List.of("objdump", "-d", object)))
                    .contains("syscall")
                    .doesNotContain("(bad)");
        }
    }

    @Test
    void whatCantBeDoneIsSaidInOneLine() throws Exception {
        Leftovers leftovers = Leftovers.fresh();
        try (Preload preload = Preload.make(List.of("uprobe:libc:malloc"))) {
            Object[][] wrong = {
                {1, "did you mean", "-e", "uprobe:libc:mallok"},
                {1, "no library 'nosuchlib'", "-e", "uprobe:nosuchlib:f"},
                {1, "special characters", "-e", "uprobe:libc:malloc", "--object", folder.resolve("a b.so")},
                {1, "exists", "-e", "uprobe:libc:malloc", "--object", preload.object()},
                {1, "is no name for a session", "-e", "uprobe:libc:malloc", "-o", "a/b"},
                {2, "nosuch", "-e", "uprobe:libc:malloc { x = nosuch }"},
            };
            for (Object[] words : wrong) {
                List<Object> command = new ArrayList<>(List.of("preload", "--shm-path", leftovers.shm()));
                command.addAll(List.of(words).subList(2, words.length));
                Trapless.Result result = Trapless.run(command.toArray());
                assertThat(result.exitStatus()).as(result.err()).isEqualTo(words[0]);
                assertThat(result.err()).contains(words[1].toString());
                assertThat(result.out()).isEmpty();
                assertThat(leftovers.all()).isEmpty();
            }
            Trapless.Result taken = Trapless.run(
                    "preload",
                    "-e",
                    "uprobe:libc:malloc",
                    "-o",
                    preload.name(),
                    "--shm-path",
                    preload.leftovers().shm());
            assertThat(taken.exitStatus()).isEqualTo(1);
            assertThat(taken.err()).hasLineCount(1).contains("exists already");
        } finally {
            leftovers.delete();
        }
    }

    private void countedAsByRecord(RealProgram program) throws Exception {
        String clause = "uprobe:" + program.probed() + ":*";
        Path summaryFile = folder.resolve("summary.json");
        Trapless.Result recorded;
        try (Trapless.Running recorder = Trapless.Running.start(
                program.environment(),
                Stream.concat(
                                Stream.of(
                                        Trapless.home().resolve("trapless").toString(),
                                        "record",
                                        "-e",
                                        clause,
                                        "-o",
                                        folder.resolve("recorded").toString(),
                                        "--summary",
                                        summaryFile.toString(),
                                        "--buffer-size",
                                        "256M",
                                        "--quiet",
                                        "--follow",
                                        "--"),
                                program.command().stream())
                        .toList())) {
            recorder.feed(program.job());
            recorded = recorder.await(SECONDS);
        }
        Map<String, Long> expected = counts(Summary.read(summaryFile));
        try (Preload preload = Preload.make(List.of(clause), "--buffer-size", "256M")) {
            Path summary = folder.resolve("preloaded.json");
            Path trace = folder.resolve("preloaded");
            try (Trapless.Running recorder = preload.record(trace, "--summary", summary)) {
                awaitListed(preload, "recording (tracer process");
                Trapless.Result armed = preload.run(program);
                assertThat(armed.out()).isEqualTo(recorded.out());
                recorder.signal("INT");
                recorder.await(SECONDS).succeeded();
            }
            Map<String, Long> counted = counts(Summary.read(summary));
            // What differs: constructors of libraries, where the one begins before them and the other behind; and the
            // variable itself, which a shell takes in as it does all others.
            Map<String, Long> differences = new TreeMap<>(counted);
            expected.forEach((probe, count) -> differences.merge(probe, -count, Long::sum));
            differences.values().removeIf(difference -> difference == 0);
            assertThat(differences).hasSizeLessThanOrEqualTo(20);
            assertThat(differences.values()).allMatch(difference -> Math.abs(difference) <= 20);
            assertThat(expected.values().stream().filter(count -> count > 0)).hasSizeGreaterThan(100);
        }
    }

    private static Map<String, Long> counts(Summary summary) {
        assertThat(summary.lost()).isZero();
        Map<String, Long> counts = new TreeMap<>();
        summary.sites().forEach(site -> counts.merge(site.probe(), site.events(), Long::sum));
        return counts;
    }

    private void everythingArmed(RealProgram program) throws Exception {
        Trapless.Result alone = program.run();
        assertThat(program.run()).as("the job is deterministic").isEqualTo(alone);
        try (Preload preload = Preload.make(
                List.of("uprobe:" + program.probed() + ":*", "uprobe:libc:*"),
                "--mode",
                "overwrite",
                "--buffer-size",
                "1M")) {
            assertThat(preload.run(program)).isEqualTo(alone);
            assertThat(preload.listed()).doesNotContain("could not be armed", "of another build");
            assertThat(preload.recover(folder.resolve("trace"))).isNotEmpty();
        }
    }

    /** Three threads that check what they compute. */
    private static void seqloop(Preload preload, Path program, Map<String, String> environment) throws Exception {
        try (Target target = Target.start(program, preload.environment(environment), List.of(), 3, CALLS)) {
            target.go();
            Trapless.Result result = target.await(SECONDS).succeeded();
            assertThat(result.out()).contains("done 3 " + CALLS);
            assertThat(result.err()).isEmpty();
        }
    }

    private static void assertInOrder(List<TraceEvent> events) {
        Map<Long, Long> next = new TreeMap<>(Map.of(0L, 0L, 1L, 0L, 2L, 0L));
        for (TraceEvent event : events) {
            long thread = event.field("thread");
            assertThat(event.field("seq")).as("seq of thread %d", thread).isEqualTo(next.get(thread));
            next.merge(thread, 1L, Long::sum);
        }
    }

    private static void awaitListed(Preload preload, String text) throws Exception {
        for (int i = 0; i < 600; i++) {
            if (preload.listed().contains(text)) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("never listed as '" + text + "': " + preload.listed());
    }
}
