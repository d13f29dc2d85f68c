package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of every process that maps a file, whenever and in whichever container it starts. */
final class EverywhereTest {
    private static final int SECONDS = 120;
    private static final long CALLS = 100;

    @TempDir
    Path folder;

    /** A program of this test's own: nobody else runs it. */
    private Path program() throws Exception {
        return Files.copy(Programs.compiled("awaiter"), folder.resolve("awaiter"));
    }

    private List<Object> record(Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("record", "-o", folder.resolve("trace"), "--summary", folder.resolve("summary")));
        words.addAll(List.of(more));
        return words;
    }

    private static Trapless.Running start(Object... words) throws Exception {
        List<String> command = new ArrayList<>();
        for (Object word : words) {
            command.add(word.toString());
        }
        return Trapless.Running.start(Map.of(), command);
    }

    @Test
    void processesAreFoundWheneverTheyStartAndWhereverTheyLive() throws Exception {
        Path program = program();
        Path jail = jail(program);
        try (Trapless.Running early = start(program, CALLS);
                Trapless.Running tracer =
                        Trapless.start(record("-e", "uprobe:" + program + ":work { x = (int32)arg0 }"))) {
            tracer.awaitErr("recording ", SECONDS);
            try (Trapless.Running late = start(program, CALLS);
                    Trapless.Running another = start(program, CALLS);
                    Trapless.Running contained =
                            start("unshare", "--mount", "--pid", "--fork", "--mount-proc", program, CALLS);
                    Trapless.Running mapped = start("unshare", "--user", "--map-root-user", program, CALLS);
                    Trapless.Running jailed = start("chroot", jail, "/program", CALLS)) {
                for (Trapless.Running each : List.of(early, late, another, contained, mapped, jailed)) {
                    assertThat(each.await(SECONDS).out())
                            .as(
                                    "process %d of %s; the tracer says: %s",
                                    each.pid(), pids(early, late, another, contained, mapped, jailed), tracer.err())
                            .isEqualTo("patched\n");
                }
            }
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
        }
        Map<Long, Long> counts = TraceEvent.view(folder.resolve("trace")).stream()
                .collect(Collectors.groupingBy(TraceEvent::pid, Collectors.counting()));
        assertThat(counts.values()).containsExactly(CALLS, CALLS, CALLS, CALLS, CALLS, CALLS);
        assertThat(Summary.read(folder.resolve("summary")).processes())
                .hasSize(6)
                .allSatisfy(process -> assertThat(process.events()).isEqualTo(CALLS));
    }

    private static List<Long> pids(Trapless.Running... processes) {
        return Stream.of(processes).map(Trapless.Running::pid).toList();
    }

    /** A root directory with nothing in it but the program, which is the same file, and its libraries. */
    private Path jail(Path program) throws Exception {
        Path jail = folder.resolve("jail");
        for (String line :
                Programs.run(List.of("ldd", program.toString())).lines().toList()) {
            int slash = line.indexOf('/');
            if (slash >= 0) {
                Path library = Path.of(line.substring(slash, line.indexOf(" (")));
                Path copy = jail.resolve(library.toString().substring(1));
                Files.createDirectories(copy.getParent());
                Files.copy(library, copy);
            }
        }
        Files.createLink(jail.resolve("program"), program);
        return jail;
    }

    @Test
    void namesAndProgramsChoose() throws Exception {
        Path program = program();
        Path other = Files.createLink(folder.resolve("other"), program);
        try (Trapless.Running tracer =
                Trapless.start(record("-e", "uprobe:" + program + ":work", "--comm", "awaiter", "--exe", program))) {
            tracer.awaitErr("recording ", SECONDS);
            try (Trapless.Running unwanted = start(other, CALLS);
                    Trapless.Running wanted = start(program, CALLS)) {
                assertThat(wanted.await(SECONDS).succeeded().out()).isEqualTo("patched\n");
                assertThat(unwanted.isAlive()).isTrue();
                tracer.signal("INT");
                tracer.await(SECONDS).succeeded();
                assertThat(Summary.read(folder.resolve("summary")).processes())
                        .extracting(Summary.Member::pid)
                        .containsExactly(wanted.pid());
            }
        }
    }

    @Test
    void whatADebuggerHoldsIsRecordedOnceItLetsGo() throws Exception {
        Path program = program();
        Path held = folder.resolve("held");
        try (Trapless.Running target = start(program, CALLS);
                Trapless.Running debugger = start(
                        "gdb",
                        "-batch",
                        "-nx",
                        "-p",
                        target.pid(),
                        "-ex",
                        "shell touch " + held,
                        "-ex",
                        "shell sleep 4")) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (!Files.exists(held)) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(10);
            }
            try (Trapless.Running tracer = Trapless.start(record("-e", "uprobe:" + program + ":work"))) {
                tracer.awaitErr("recording ", SECONDS);
                assertThat(debugger.isAlive()).as("the debugger holds it still").isTrue();
                assertThat(target.await(SECONDS).out()).as(tracer.err()).isEqualTo("patched\n");
                tracer.signal("INT");
                tracer.await(SECONDS).succeeded();
            }
            assertThat(TraceEvent.view(folder.resolve("trace"))).hasSize((int) CALLS);
        }
    }

    @Test
    void processesThatLiveForAMomentAreRecordedFromTheirStart() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: fanotify holds who executes a program");
        Path program = Files.copy(Programs.compiled("brief"), folder.resolve("brief"));
        int runs = 10;
        try (Trapless.Running tracer = Trapless.start(record("-e", "uprobe:" + program + ":work"))) {
            tracer.awaitErr("recording ", SECONDS);
            for (int i = 0; i < runs; i++) {
                try (Trapless.Running brief = start(program, CALLS)) {
                    assertThat(brief.await(SECONDS).succeeded().out()).isEqualTo("done\n");
                }
            }
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
        }
        Map<Long, Long> counts = TraceEvent.view(folder.resolve("trace")).stream()
                .collect(Collectors.groupingBy(TraceEvent::pid, Collectors.counting()));
        assertThat(counts).hasSize(runs);
        assertThat(counts.values()).containsOnly(CALLS);
    }

    /** The kernel opens a script's interpreter while it keeps everybody from seizing the process: nobody may be held for ever. */
    @Test
    void scriptsRunWhileTheirInterpreterIsWatched() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: fanotify holds who executes a program");
        Path program = Files.copy(Programs.compiled("brief"), folder.resolve("brief"));
        Path script = Files.writeString(folder.resolve("script"), "#!" + program + " 1\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (Trapless.Running tracer = Trapless.start(record("-e", "uprobe:" + program + ":work"))) {
            tracer.awaitErr("recording ", SECONDS);
            for (int i = 0; i < 3; i++) {
                try (Trapless.Running run = start(script)) {
                    assertThat(run.await(SECONDS).succeeded().out()).isEqualTo("done\n");
                }
            }
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
        }
    }

    @Test
    void mistakesAreErrors() throws Exception {
        Trapless.Result noFile = Trapless.run(record("-e", "uprobe:" + folder.resolve("none") + ":work"));
        assertThat(noFile.exitStatus()).isEqualTo(1);
        assertThat(noFile.err()).contains("there is no file of that name");
        Trapless.Result noProgram =
                Trapless.run(record("-e", "uprobe:" + program() + ":work", "--exe", folder.resolve("none")));
        assertThat(noProgram.exitStatus()).isEqualTo(1);
        Trapless.Result both = Trapless.run(record("-e", "uprobe:libc:malloc", "--comm", "x", "-p", "1"));
        assertThat(both.exitStatus()).isEqualTo(2);
    }
}
