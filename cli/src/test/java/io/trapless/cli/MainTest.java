package io.trapless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Words in, requests out: the contract of the command line without the work behind it. */
final class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Recorder actions = new Recorder();

    @Test
    void recordHandsOverEveryOption() {
        int status = run(
                "record",
                "-p",
                "12",
                "-p",
                "13",
                "-p",
                "12",
                "-e",
                "uprobe:libc:malloc { size = arg0 }",
                "-e",
                "usdt:x:y:z",
                "-o",
                "dir",
                "--mode",
                "overwrite",
                "--buffer-size",
                "64M",
                "--duration",
                "1.5s",
                "--max-events",
                "7",
                "--shm-path",
                "/dev/shm",
                "--summary",
                "sum.json",
                "--quiet",
                "--",
                "redis-server",
                "-p",
                "1",
                "--",
                "x");

        assertThat(status).isZero();
        assertThat(actions.requests)
                .containsExactly(new RecordRequest(
                        List.of(12, 13),
                        List.of("uprobe:libc:malloc { size = arg0 }", "usdt:x:y:z"),
                        Path.of("dir"),
                        FullRing.OVERWRITE,
                        64L << 20,
                        Duration.ofMillis(1500),
                        7L,
                        Path.of("/dev/shm"),
                        Path.of("sum.json"),
                        true,
                        true,
                        List.of("redis-server", "-p", "1", "--", "x"),
                        RecordScope.NAMED));
    }

    @Test
    void recordRotatesBySizeOrTime() {
        run("record", "-p", "1", "-e", "a", "--rotate", "500M", "--trap");
        run("record", "-p", "1", "-e", "a", "--rotate", "2h");
        run("record", "-p", "1", "--mode", "overwrite", "--snapshot-on", "exit", "--snapshot-on", "uprobe:a:b");

        assertThat(actions.requests.stream().map(r -> ((RecordRequest) r).extras()))
                .containsExactly(
                        new RecordExtras(new RotateAt.Size(500L << 20), List.of(), true, false),
                        new RecordExtras(new RotateAt.Time(Duration.ofHours(2)), List.of(), false, false),
                        new RecordExtras(null, List.of("exit", "uprobe:a:b"), false, false));
    }

    @Test
    void programsTakeBpftracesOptions() {
        run(
                "-qf",
                "json",
                "-p",
                "12",
                "-e",
                "begin { }",
                "-kB",
                "none",
                "--debuginfo=/a:+b",
                "--debuginfo",
                "../c",
                "one",
                "--",
                "--name=x",
                "two",
                "--flag");

        assertThat(actions.requests)
                .containsExactly(new ProgramRequest(
                        "begin { }",
                        null,
                        List.of("one", "two"),
                        Map.of("name", "x", "flag", ""),
                        false,
                        null,
                        12,
                        null,
                        null,
                        true,
                        ProgramRequest.Buffering.NONE,
                        null,
                        null,
                        ProgramRequest.Mode.RUN,
                        Set.of(),
                        ProgramRequest.WarningLevel.ALL,
                        true,
                        false,
                        false,
                        false,
                        List.of(),
                        List.of(),
                        null,
                        List.of(Path.of("/a"), Path.of("b"), Path.of("../c"))));
    }

    @Test
    void recordHasDefaults() {
        run("record", "-e", "uprobe:a:b", "--", "ls");

        assertThat(actions.requests)
                .containsExactly(new RecordRequest(
                        List.of(),
                        List.of("uprobe:a:b"),
                        null,
                        FullRing.DISCARD,
                        16L << 20,
                        null,
                        null,
                        null,
                        null,
                        false,
                        true,
                        List.of("ls"),
                        RecordScope.NAMED));
    }

    @Test
    void theOtherCommandsHandOverTheirs() {
        run("list", "-p", "5", "uprobe:libc:mal*");
        run("list", "/bin/ls", "main");
        run("list", "/bin/ls");
        run("list", "--coverage", "/bin/ls", "/lib");
        run("view", "dir", "--json", "--limit", "3");
        run("sessions");
        run("set", "name-1", "uprobe:libc:mal*", "off");
        run("snapshot", "12", "-o", "dir", "--shm-path", "shm");
        run("recover", "name-1", "-o", "dir");
        run("sessions", "--remove", "name-1");
        run("preload", "-e", "uprobe:libc:malloc", "-o", "name-2", "--mode", "overwrite", "--buffer-size", "1M");
        run("record", "--session", "name-2", "-o", "dir", "--max-events", "7", "--quiet");
        run("detach", "-p", "9", "-p", "8");
        run("demo");
        run("bench", "--events", "1000", "--threads", "1,2", "--peers", "none", "--json", "f");
        run("bench", "--peers", "lttng,uprobe");

        assertThat(actions.requests)
                .containsExactly(
                        new ListRequest(5, null, "uprobe:libc:mal*"),
                        new ListRequest(null, Path.of("/bin/ls"), "main"),
                        new ListRequest(null, Path.of("/bin/ls"), null),
                        new CoverageRequest(List.of(Path.of("/bin/ls"), Path.of("/lib"))),
                        new ViewRequest(Path.of("dir"), true, 3L),
                        new SessionsRequest(null, null),
                        new SetRequest("name-1", "uprobe:libc:mal*", false, null),
                        new SnapshotRequest("12", Path.of("dir"), Path.of("shm")),
                        new RecoverRequest("name-1", Path.of("dir"), null),
                        new SessionsRequest(null, "name-1"),
                        new PreloadRequest(
                                List.of("uprobe:libc:malloc"), "name-2", null, FullRing.OVERWRITE, 1 << 20, null, true),
                        new SessionRecordRequest("name-2", Path.of("dir"), null, 7L, null, null, true),
                        new DetachRequest(List.of(9, 8), null),
                        new DemoRequest(null),
                        new BenchRequest(1000, List.of(1, 2), List.of("none"), 3, Path.of("f")),
                        new BenchRequest(10_000_000, List.of(1, 2, 4, 8), List.of("lttng", "uprobe"), 3, null));
        assertThat(errText()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "record -p 1 | nothing to record; give at least one -e",
                "record -p 1 -e x --snapshot-on crash | add --mode overwrite",
                "record -p 1 --mode overwrite --snapshot-on crash | nothing to record",
                "record -p 1 -e x --mode overwrite --rotate 1G | leave out --rotate",
                "record -p 1 -e x --rotate often | 'often' is neither a size nor a time",
                "set a b maybe | not 'maybe'",
                "set a b | missing",
                "snapshot a | -o=DIR",
                "record -p 0 -e x | '0' is not a process id",
                "record -p abc -e x | abc",
                "record -p 1 -e x --buffer-size 64Q | '64Q' is not a size",
                "record -p 1 -e x --buffer-size 1 | --buffer-size must be from 64K to 16G",
                "record -p 1 -e x --duration 5 | '5' is not a time",
                "record -p 1 -e x --mode sometimes | sometimes",
                "record -p 1 -e x --max-events 0 | --max-events must be positive",
                "record -p 1 -e x --frobnicate | --frobnicate",
                "record -p 1 -e | -e",
                "list | nothing to list",
                "list -p 4 a b | not both",
                "list usdt:/usr/bin/python3:python:line | is a pattern; give -p PID or its FILE before it",
                "view | DIR",
                "view d --limit 0 | --limit must be positive",
                "record --session s -p 1 | leave out -p, -e and the command",
                "preload -o s | nothing to record; give at least one -e",
                "preload -e x --buffer-size 1 | --buffer-size must be from 64K to 16G",
                "recover x | -o",
                "recover a/b -o d | not a session's name",
                "detach | -p",
                "bench --threads 0 | --threads takes counts",
                "bench --events 0 | --events must be positive",
                "frobnicate | there is no command 'frobnicate'",
            })
    void wrongUsageIsOneLineAndStatus2(String words, String part) {
        int status = run(words.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(errText())
                .startsWith("trapless: ")
                .contains(part)
                .endsWith("\n")
                .hasLineCount(1);
        assertThat(actions.requests).isEmpty();
        assertThat(outText()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--frobnicate | unknown option '--frobnicate' | USAGE:",
                "-x | unknown option '-x' | USAGE:",
                "-e | option '-e' needs a value |",
                "-q | USAGE: filename or -e 'program' required. |",
                "-B soon -e x | USAGE: -B must be either 'line', 'full', or 'none'. |",
                "-f xml -e x | Invalid output format \"xml\" | HINT: Valid formats: 'text', 'json'",
                "-p 0 -e x | Pid out of range: 0 | HINT: give -p a number from 1 to 4194304",
                "-p 99999999999999999999 -e x | Pid out of range: 99999999999999999999 | HINT: give -p a number from 1 to 4194304",
                "-p x1 -e x | Failed to parse pid: invalid integer: x1 | HINT: give -p a process id",
                "-p 1x -e x | Failed to parse pid: invalid trailing bytes: 1x | HINT: give -p a process id",
                "none.bt | failed to open file 'none.bt': No such file or directory | HINT: check the path",
                "--test --bench -e x | --bench conflicts with another mode; give only one |",
            })
    void theFirstLineOfWrongUsageOfProgramsIsInTheWordsOfBpftrace(String words, String first, @Nullable String second) {
        assertThat(run(words.split(" "))).isPositive();
        List<String> lines = errText().lines().toList();
        assertThat(lines.getFirst()).isEqualTo("ERROR: " + first);
        if (second == null) {
            assertThat(lines).hasSize(1);
        } else {
            assertThat(lines.get(1)).isEqualTo(second);
        }
        assertThat(errText()).endsWith("\n");
    }

    @Test
    void noCommandIsWrongUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(errText()).hasLineCount(1).contains("trapless demo");
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        for (CommandName name : CommandName.values()) {
            assertThat(outText()).contains("  " + name.word() + " ").contains(name.summary());
        }
    }

    @ParameterizedTest
    @EnumSource(CommandName.class)
    void everyCommandHasHelp(CommandName name) {
        assertThat(run(name.word(), "--help")).isZero();
        assertThat(outText()).startsWith("Usage: trapless " + name.word());
        assertThat(actions.requests).isEmpty();
    }

    @Test
    void outcomesBecomeStatusAndOneLine() {
        actions.outcome = Outcome.failed("process 4: no such process; check the pid");
        assertThat(run("sessions")).isEqualTo(1);
        assertThat(errText()).isEqualTo("trapless: process 4: no such process; check the pid\n");
    }

    @Test
    void inputOutputErrorsAreOneLine() {
        actions.exception = new NoSuchFileException("/no/such");
        assertThat(run("view", "/no/such")).isEqualTo(1);
        assertThat(errText()).isEqualTo("trapless: /no/such: no such file or directory; check the path\n");
    }

    @Test
    void bugsAreOneLine() {
        actions.exception = new IllegalStateException("first\nsecond");
        assertThat(run("sessions")).isEqualTo(1);
        assertThat(errText()).hasLineCount(1).contains("internal error: IllegalStateException: first second");
    }

    private int run(String... words) {
        Terminal terminal = new Terminal(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                false,
                new StopRequest());
        return Main.run(words, actions, terminal);
    }

    private String outText() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errText() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Notes the requests and answers as told. */
    private static final class Recorder implements Actions {
        final List<Object> requests = new ArrayList<>();
        Outcome outcome = Outcome.done();
        Exception exception;

        private Outcome answer(Object request) throws Exception {
            requests.add(request);
            if (exception != null) {
                throw exception;
            }
            return outcome;
        }

        @Override
        public Outcome record(RecordRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome recordSession(SessionRecordRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome list(ListRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome coverage(CoverageRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome view(ViewRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome program(ProgramRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome sessions(SessionsRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome set(SetRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome snapshot(SnapshotRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome recover(RecoverRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome preload(PreloadRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome detach(DetachRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome demo(DemoRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }

        @Override
        public Outcome bench(BenchRequest request, Terminal terminal) throws Exception {
            return answer(request);
        }
    }
}
