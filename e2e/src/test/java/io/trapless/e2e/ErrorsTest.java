package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong is told in one clear line, with exit status 1, and nothing is left behind. */
final class ErrorsTest {
    private static final int SECONDS = 60;

    @TempDir
    Path folder;

    private Leftovers leftovers;

    @BeforeEach
    void setUp() throws Exception {
        leftovers = Leftovers.fresh();
    }

    @AfterEach
    void tearDown() throws Exception {
        leftovers.delete();
    }

    @Test
    void noSuchProcess() throws Exception {
        assertFails(record("4194300", "uprobe:libc:malloc"), "4194300", "no process");
    }

    @Test
    void noSuchFunction() throws Exception {
        try (Target target = Target.start("seqloop", 1, 1)) {
            assertFails(record(target.pid(), target.uprobe("no_such_function")), "no_such_function");
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
        }
    }

    @Test
    void aFileThatTheProcessHasNotMapped() throws Exception {
        try (Target target = Target.start("seqloop", 1, 1)) {
            assertFails(record(target.pid(), "uprobe:/usr/bin/openssl:main"), "/usr/bin/openssl");
        }
    }

    /** It is found out when the target stands still and the session is there. */
    @Test
    void noMemoryForTheRings() throws Exception {
        try (Target target =
                Target.start(Programs.compiled("seqloop"), Map.of(), List.of("prlimit", "--as=500000000"), 1, 1)) {
            Path maps = Path.of("/proc/" + target.pid() + "/maps");
            List<String> before = Files.readAllLines(maps);
            List<Object> words = new ArrayList<>(List.of(recordWords(target.pid(), target.uprobe("work"))));
            words.addAll(List.of("--buffer-size", "1G"));
            assertFails(Trapless.run(words.toArray()), "mmap in the name of process " + target.pid(), "ENOMEM");
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(Files.readAllLines(maps)).isEqualTo(before);
        }
    }

    @Test
    void noSymbols() throws Exception {
        Path stripped = folder.resolve("stripped");
        Programs.run(List.of(
                "strip", "-o", stripped.toString(), Programs.compiled("seqloop").toString()));
        try (Trapless.Running target = Trapless.Running.start(Map.of(), List.of(stripped.toString(), "1", "1"))) {
            Thread.sleep(100);
            assertFails(record(target.pid(), "uprobe:" + stripped + ":work"), "work");
        }
    }

    @Test
    void aClauseThatDoesNotParseShowsThePlace() throws Exception {
        try (Target target = Target.start("seqloop", 1, 1)) {
            Trapless.Result result = record(target.pid(), target.uprobe("work") + " { seq = arg0 + }");
            assertThat(result.exitStatus()).isIn(1, 2);
            assertThat(result.err()).startsWith("trapless: ").contains("^");
            assertThat(leftovers.all()).isEmpty();
        }
    }

    @Test
    void aDyingProcess() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (Target target = Target.start("seqloop", 4, 0)) {
                target.go();
                Trapless.Running tracer = Trapless.start(recordWords(target.pid(), target.uprobe("work")));
                Thread.sleep(40L * i);
                target.kill();
                Trapless.Result result = tracer.await(SECONDS);
                assertThat(result.exitStatus()).isIn(0, 1);
                assertThat(result.err()
                                .lines()
                                .filter(line -> line.startsWith("trapless: "))
                                .count())
                        .isLessThanOrEqualTo(2);
                assertThat(result.err()).doesNotContain("internal error").doesNotContain("Exception");
                tracer.close();
                assertThat(leftovers.all()).isEmpty();
            }
        }
    }

    @Test
    void aReplacedBinary() throws Exception {
        Path program = folder.resolve("program");
        Files.copy(Programs.compiled("seqloop"), program);
        try (Trapless.Running target = Trapless.Running.start(Map.of(), List.of(program.toString(), "1", "0"))) {
            Thread.sleep(100);
            Files.delete(program);
            Files.copy(Programs.compiled("args"), program);
            assertFails(record(target.pid(), "uprobe:" + program + ":eight"), program.toString());
            assertThat(target.isAlive()).isTrue();
        }
    }

    @Test
    void aTargetUnderADebugger() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0);
                Trapless.Running strace = Trapless.Running.start(
                        Map.of(),
                        List.of("gdb", "-q", "-p", Long.toString(target.pid()), "-batch", "-ex", "shell sleep 20"))) {
            awaitTraced(target.pid());
            assertFails(record(target.pid(), target.uprobe("work")), "traced", Long.toString(strace.pid()));
        }
    }

    private static void awaitTraced(long pid) throws Exception {
        Path status = Path.of("/proc/" + pid + "/status");
        for (int i = 0; i < 1000; i++) {
            if (Files.readAllLines(status).stream().anyMatch(line -> line.matches("TracerPid:\\s+[1-9]\\d*"))) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("gdb does not attach");
    }

    @Test
    void twoTracersOfOneSite() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0);
                Trapless.Running first = Trapless.start(recordWords(target.pid(), target.uprobe("work")))) {
            target.awaitPatched(first);
            Path second = folder.resolve("second");
            Trapless.Result result = Trapless.run(
                    "record",
                    "-p",
                    target.pid(),
                    "-e",
                    target.uprobe("work"),
                    "-o",
                    second,
                    "--duration",
                    "200ms",
                    "--shm-path",
                    leftovers.shm());
            if (result.exitStatus() != 0) {
                assertOneLine(result);
            }
            first.signal("INT");
            first.await(SECONDS).succeeded();
            assertThat(target.isAlive()).isTrue();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(leftovers.all()).isEmpty();
        }
    }

    @Test
    void aFullDisk() throws Exception {
        try (Target target = Target.start("seqloop", 2, 0)) {
            target.go();
            // /dev/full is no folder; a quota of file size is a full disk that every user can have
            String script = "ulimit -f 200; exec \"$0\" \"$@\"";
            List<String> words = Stream.concat(
                            Stream.of(
                                    "bash",
                                    "-c",
                                    script,
                                    Trapless.home().resolve("trapless").toString()),
                            Stream.of(recordWords(target.pid(), target.uprobe("work"))))
                    .map(Object::toString)
                    .toList();
            try (Trapless.Running tracer =
                    Trapless.Running.start(Map.of("TRAPLESS_JAVA_OPTIONS", "-XX:-UsePerfData"), words)) {
                Trapless.Result result = tracer.await(SECONDS);
                assertThat(result.exitStatus()).isEqualTo(1);
                assertThat(result.err()).contains("trapless: ").doesNotContain("Exception");
            }
            assertThat(target.isAlive()).isTrue();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
        }
    }

    @Test
    void anOutputFolderThatCannotBe() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        try (Target target = Target.start("seqloop", 1, 1)) {
            Trapless.Result result = Trapless.run(
                    "record",
                    "-p",
                    target.pid(),
                    "-e",
                    target.uprobe("work"),
                    "-o",
                    file.resolve("trace"),
                    "--shm-path",
                    leftovers.shm());
            assertFails(result, file.toString());
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
        }
    }

    @Test
    void noTraceThere() throws Exception {
        assertFails(Trapless.run("view", folder.resolve("none")), "none");
        assertFails(Trapless.run("view", folder), folder.toString());
    }

    @Test
    void aDamagedTrace() throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start("seqloop", 1, 1000)) {
            try (Trapless.Running tracer = Trapless.start(
                    "record",
                    "-p",
                    target.pid(),
                    "-e",
                    target.uprobe("work") + " { seq = (int32)arg0 }",
                    "-o",
                    trace)) {
                target.awaitPatched(tracer);
                target.go();
                tracer.await(SECONDS).succeeded();
            }
        }
        List<Path> streams;
        try (Stream<Path> files = Files.list(trace)) {
            streams = files.filter(
                            file -> !file.getFileName().toString().equals("metadata") && Files.isRegularFile(file))
                    .toList();
        }
        assertThat(streams).isNotEmpty();
        for (Path stream : streams) {
            try (RandomAccessFile file = new RandomAccessFile(stream.toFile(), "rw")) {
                file.setLength(file.length() / 2 + 3);
            }
        }
        assertNoStackTrace(Trapless.run("view", trace));
        Files.writeString(trace.resolve("metadata"), "/* CTF 1.8 */ trace { major = ");
        assertFails(Trapless.run("view", trace), "metadata");
    }

    @Test
    void aTruncatedElf() throws Exception {
        byte[] whole = Files.readAllBytes(Path.of("/usr/bin/openssl"));
        for (int length : new int[] {0, 3, 40, 64, 1000, whole.length / 2}) {
            Path part = folder.resolve("part" + length);
            Files.write(part, java.util.Arrays.copyOf(whole, length));
            assertNoStackTrace(Trapless.run("list", part));
        }
        assertFails(Trapless.run("list", Files.writeString(folder.resolve("text"), "no program")), "text");
    }

    @Test
    void nothingToDetachAndNothingToRecover() throws Exception {
        try (Target target = Target.start("seqloop", 1, 1)) {
            assertNoStackTrace(Trapless.run("detach", "-p", target.pid(), "--shm-path", leftovers.shm()));
        }
        assertFails(
                Trapless.run("recover", "no-such-session", "-o", folder.resolve("x"), "--shm-path", leftovers.shm()),
                "no-such-session");
        assertThat(Trapless.run("sessions", "--shm-path", leftovers.shm()).exitStatus())
                .isZero();
    }

    private Object[] recordWords(Object pid, String clause) {
        return new Object[] {
            "record",
            "-p",
            pid,
            "-e",
            clause,
            "-o",
            folder.resolve("trace" + System.nanoTime()),
            "--shm-path",
            leftovers.shm()
        };
    }

    private Trapless.Result record(Object pid, String clause) throws Exception {
        return Trapless.run(recordWords(pid, clause));
    }

    private void assertFails(Trapless.Result result, String... parts) throws Exception {
        assertThat(result.exitStatus()).as(result.err()).isEqualTo(1);
        assertOneLine(result);
        assertThat(result.err()).contains(parts).doesNotContain("internal error");
        assertThat(leftovers.all()).isEmpty();
    }

    private static void assertOneLine(Trapless.Result result) {
        assertThat(result.err()).startsWith("trapless: ").hasLineCount(1);
    }

    private static void assertNoStackTrace(Trapless.Result result) {
        assertThat(result.exitStatus()).isIn(0, 1);
        assertThat(result.err())
                .doesNotContain("Exception")
                .doesNotContain("internal error")
                .doesNotContain("\tat ");
        assertThat(result.err().lines().count()).isLessThanOrEqualTo(3);
    }
}
