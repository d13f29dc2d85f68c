package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings that go along with the processes that their targets make. */
final class FollowTest {
    private static final int SECONDS = 180;

    /** What the processes of {@code family} do, by the number of calls. */
    private static final List<Long> FAMILY = List.of(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L, 100L);

    /** Programs that {@code family} starts: itself, two leaves, and a twig that becomes a leaf. */
    private static final int FAMILY_PROGRAMS = 5;

    @TempDir
    Path folder;

    private Path trace() {
        return folder.resolve("trace");
    }

    private Path summaryFile() {
        return folder.resolve("summary.json");
    }

    private List<Object> record(Object... more) {
        List<Object> words =
                new ArrayList<>(List.of("record", "--follow", "--quiet", "-o", trace(), "--summary", summaryFile()));
        words.addAll(List.of(more));
        return words;
    }

    @Test
    void everyProcessThatACommandMakesIsRecorded() throws Exception {
        Path family = Programs.compiled("family");
        Trapless.Result result = Trapless.run(record(
                        "-e",
                        "uprobe:" + family + ":work { who = (int32)arg0, seq = (int32)arg1 }",
                        "-e",
                        "uprobe:" + family + ":early",
                        "--",
                        family))
                .succeeded();
        assertThat(result.out()).isEqualTo("ok\n");
        checkFamily(FAMILY_PROGRAMS);
        Summary summary = Summary.read(summaryFile());
        assertThat(summary.processes())
                .extracting(Summary.Member::exitStatus)
                .containsExactlyInAnyOrder(0L, 3L, 4L, 6L, 7L, 8L, 9L, null, 2L, 0L, 12L);
        assertThat(summary.processes())
                .filteredOn(process -> process.exitStatus() == null)
                .singleElement()
                .satisfies(killed -> assertThat(killed.signal()).isEqualTo(9L));
    }

    @Test
    void everyProcessThatARunningProcessMakesIsRecorded() throws Exception {
        Path family = Programs.compiled("family");
        try (Target target = Target.start("family", "wait");
                Trapless.Running tracer = Trapless.start(record(
                        "-p",
                        target.pid(),
                        "-e",
                        "uprobe:" + family + ":work { who = (int32)arg0, seq = (int32)arg1 }",
                        "-e",
                        "uprobe:" + family + ":early"))) {
            target.awaitPatched(tracer);
            target.go();
            assertThat(target.await(SECONDS).succeeded().out()).endsWith("ok\n");
            tracer.await(SECONDS).succeeded();
        }
        checkFamily(FAMILY_PROGRAMS - 1); // its own initialiser had run
    }

    /** Each process has its own pid and did all its calls in order. */
    private void checkFamily(int programs) throws Exception {
        List<TraceEvent> events = TraceEvent.view(trace());
        Map<Long, List<TraceEvent>> byPid = events.stream()
                .filter(event -> event.probe().endsWith(":work"))
                .collect(Collectors.groupingBy(TraceEvent::pid));
        assertThat(byPid).hasSize(FAMILY.size());
        byPid.forEach((pid, calls) -> {
            long who = calls.getFirst().field("who");
            assertThat(calls).as("process %d", pid).hasSize((int) who);
            for (int seq = 0; seq < calls.size(); seq++) {
                assertThat(calls.get(seq).field("seq")).isEqualTo(seq);
                assertThat(calls.get(seq).field("who")).isEqualTo(who);
                assertThat(calls.get(seq).tid()).isEqualTo(pid);
            }
        });
        assertThat(byPid.values().stream().map(calls -> (long) calls.size()))
                .containsExactlyInAnyOrderElementsOf(FAMILY);
        assertThat(events.stream().filter(event -> event.probe().endsWith(":early")))
                .hasSize(programs);
        Summary summary = Summary.read(summaryFile());
        assertThat(summary.lost()).isZero();
        assertThat(summary.refused()).isEmpty();
        byPid.forEach((pid, calls) -> assertThat(summary.processes())
                .filteredOn(process -> process.pid() == pid)
                .singleElement()
                .satisfies(process -> assertThat(process.events())
                        .isEqualTo(events.stream()
                                .filter(event -> event.pid() == pid)
                                .count())));
    }

    @Test
    void aBuildOfHundredsOfShortProcessesIsRecordedWholly() throws Exception {
        int jobs = 200;
        Path makefile = makefile(jobs);
        Path libc = libc();
        Trapless.run(record("-e", "uprobe:" + libc + ":__libc_start_main", "--", "make", "-s", "-j4", "-f", makefile))
                .succeeded();
        Summary summary = Summary.read(summaryFile());
        // make, and for each job a shell, true, and another shell
        assertThat(summary.events()).isEqualTo(1 + 3L * jobs);
        assertThat(summary.lost()).isZero();
        assertThat(summary.processes())
                .hasSize(1 + 3 * jobs)
                .allSatisfy(process -> assertThat(process.events()).isEqualTo(1))
                .allSatisfy(process -> assertThat(process.exitStatus()).isZero());
        assertThat(Files.readAllLines(folder.resolve("done"))).hasSize(jobs);
        assertThat(RecordTest.countedByBabeltrace(trace())).isEqualTo(1 + 3L * jobs);
    }

    @Test
    void aBuildGoesOnWhenTheTracerIsKilled() throws Exception {
        int jobs = 200;
        Path makefile = makefile(jobs);
        Path done = folder.resolve("done");
        Path status = folder.resolve("status");
        try (Trapless.Running tracer = Trapless.start(record(
                "-e",
                "uprobe:" + libc() + ":malloc",
                "--",
                "sh",
                "-c",
                "make -s -j4 -f " + makefile + "; echo $? > " + status))) {
            await(() -> Files.exists(done) && Files.readAllLines(done).size() >= 20);
            tracer.kill();
            await(() -> Files.exists(status) && !Files.readString(status).isEmpty());
        }
        assertThat(Files.readString(status)).isEqualTo("0\n");
        assertThat(Files.readAllLines(done)).hasSize(jobs);
        removeSessions("sh-");
    }

    @Test
    void aKilledTracerTakesNoSignalWithIt() throws Exception {
        Path raiser = Programs.compiled("raiser");
        try (Target target = Target.start("raiser")) {
            target.go();
            // It is stopped for a signal most of the time: one of three kills would come in between.
            for (int round = 0; round < 6; round++) {
                Path trace = folder.resolve("trace" + round);
                try (Trapless.Running tracer = Trapless.start(
                        "record",
                        "--follow",
                        "-o",
                        trace,
                        "-p",
                        target.pid(),
                        "-e",
                        "uprobe:" + raiser + ":round_done")) {
                    await(() -> tracer.err().contains("recording"));
                    Thread.sleep(10 * round);
                    tracer.kill();
                    tracer.await(SECONDS);
                }
                Thread.sleep(20);
                assertThat(target.isAlive()).as("after kill %d", round).isTrue();
                Trapless.run("detach", "-p", target.pid()).succeeded();
            }
            target.say("end");
            assertThat(target.await(SECONDS).exitStatus()).isZero();
        }
        removeSessions("raiser-");
    }

    /** The session of a tracer that was killed stays, until somebody takes what is in it. */
    private void removeSessions(String prefix) throws Exception {
        for (String line : Trapless.run("sessions").succeeded().out().lines().toList()) {
            String name = line.split("[: ]", 2)[0];
            if (name.startsWith(prefix)) {
                Trapless.run("recover", name, "-o", folder.resolve(name)).succeeded();
            }
        }
    }

    private Path makefile(int jobs) throws IOException {
        Path makefile = folder.resolve("Makefile");
        StringBuilder text = new StringBuilder("all:");
        for (int job = 0; job < jobs; job++) {
            text.append(" j").append(job);
        }
        text.append("\nj%:\n\t@/bin/true && sh -c 'exit 0' && echo $* >> ")
                .append(folder.resolve("done"))
                .append('\n');
        return Files.writeString(makefile, text);
    }

    /** The C library that this JVM runs with, by the path that processes map it by. */
    private static Path libc() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/libc.so.6") || line.contains("/libc-2."))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPipelineEndsAsItWould() throws Exception {
        String script = "yes | head -c 1000000 | wc -c; echo ${PIPESTATUS[@]}; (sleep 0.1; exit 3) & wait $!; echo $?;"
                + " trap 'echo caught' USR1; kill -USR1 $$; set -m; sleep 5 & kill -STOP %1; sleep 0.1; jobs | cut -c 1-24;"
                + " kill -CONT %1; kill %1; wait %1; echo $?";
        String untraced = bash(script);
        Trapless.Result result = Trapless.run(record("-e", "uprobe:" + libc() + ":write", "--", "bash", "-c", script))
                .succeeded();
        assertThat(result.out()).isEqualTo(untraced);
        assertThat(Summary.read(summaryFile()).processes()).hasSizeGreaterThanOrEqualTo(8);
    }

    private static String bash(String script) throws IOException, InterruptedException {
        try (Trapless.Running bash = Trapless.Running.start(Map.of(), List.of("bash", "-c", script))) {
            return bash.await(SECONDS).succeeded().out();
        }
    }

    @Test
    void pythonsProcessesAreRecorded() throws Exception {
        String program = "import multiprocessing as m, subprocess as s\n"
                + "if __name__ == '__main__':\n"
                + "    with m.get_context('fork').Pool(3) as p: print(sum(p.map(abs, range(-100, 0))))\n"
                + "    print(s.run(['/bin/sh', '-c', 'exit 5']).returncode)\n"
                + "    print(s.run(['/bin/echo', 'said'], stdout=s.PIPE).stdout)\n";
        Trapless.Result result = Trapless.run(
                        record("-e", "uprobe:" + libc() + ":getpid", "--", "/usr/bin/python3", "-c", program))
                .succeeded();
        assertThat(result.out()).isEqualTo("5050\n5\nb'said\\n'\n");
        assertThat(Summary.read(summaryFile()).processes()).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void aProgramThatCannotBeTracedRunsUnharmed() throws Exception {
        Path program = folder.resolve("i386");
        Files.write(program, thirtyTwoBitProgram());
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Path fixed = Programs.compiled("family", "-static", List.of("gcc", "-static"));
        String script = program + "; echo $?; " + fixed + " leaf 5 4; echo $?";
        String untraced = bash(script);
        Trapless.Result result = Trapless.run(record(
                        "-e",
                        "uprobe:" + libc() + ":malloc",
                        "-e",
                        "uprobe:" + fixed + ":work",
                        "--",
                        "bash",
                        "-c",
                        script))
                .succeeded();
        assertThat(result.out()).isEqualTo(untraced);
        Summary summary = Summary.read(summaryFile());
        if (untraced.startsWith("42\n")) { // the kernel runs 32-bit programs
            assertThat(summary.notices()).anyMatch(notice -> notice.contains("32-bit"));
        }
        assertThat(summary.sites())
                .filteredOn(site -> site.probe().endsWith(":work"))
                .singleElement()
                .satisfies(site -> assertThat(site.events()).isEqualTo(5));
    }

    /** An ELF file for i386 (System V ABI) of one segment: mov $1,%eax; mov $42,%ebx; int $0x80. */
    private static byte[] thirtyTwoBitProgram() {
        byte[] code = {(byte) 0xb8, 1, 0, 0, 0, (byte) 0xbb, 42, 0, 0, 0, (byte) 0xcd, (byte) 0x80};
        int headers = 52 + 32;
        int base = 0x08048000;
        java.nio.ByteBuffer file =
                java.nio.ByteBuffer.allocate(headers + code.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        file.putShort((short) 2).putShort((short) 3).putInt(1);
        file.putInt(base + headers).putInt(52).putInt(0).putInt(0);
        file.putShort((short) 52).putShort((short) 32).putShort((short) 1);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        file.putInt(1).putInt(0).putInt(base).putInt(base);
        file.putInt(headers + code.length)
                .putInt(headers + code.length)
                .putInt(5)
                .putInt(4096);
        return file.put(code).array();
    }

    @Test
    void whatIsLeftBehindIsAsItWas() throws Exception {
        try (Target target = Target.start("forker");
                Trapless.Running tracer = Trapless.start(record("-p", target.pid(), "-e", target.uprobe("work")))) {
            target.awaitPatched(tracer);
            target.go();
            target.signal("USR1");
            await(() -> target.out().contains("child "));
            String out = target.out();
            long child = Long.parseLong(out.substring(out.indexOf("child ") + 6).strip());
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(target.isAlive()).isTrue();
            String status = Files.readString(Path.of("/proc/" + child + "/status"));
            assertThat(status).contains("TracerPid:\t0");
            assertThat(Files.readString(Path.of("/proc/" + child + "/maps"))).doesNotContain("/rings");
        }
    }

    /** Something that takes a while. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
