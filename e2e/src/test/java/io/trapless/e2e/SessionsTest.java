package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of sessions: those that record, those whose tracer died, and how they are taken out, recovered and told from each other. */
final class SessionsTest {
    private static final int SECONDS = 60;
    private static final Pattern CHILD = Pattern.compile("child (\\d+)\n");

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
    void aLiveSessionIsShownAndNotTouched() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0);
                Trapless.Running tracer = record(target)) {
            target.awaitPatched(tracer);
            assertThat(sessions()).contains("recording", "seqloop " + target.pid());

            Trapless.Result detach = detach(target);
            assertThat(detach.exitStatus()).isEqualTo(1);
            assertThat(detach.err()).hasLineCount(1).contains("is being recorded by process");
            Trapless.Result recover = recover();
            assertThat(recover.exitStatus()).isEqualTo(1);
            assertThat(recover.err()).hasLineCount(1).contains("is being recorded by process");
            assertThat(target.bytes()).isNotEqualTo(target.originalBytes());

            tracer.signal("TERM");
            tracer.await(SECONDS).succeeded();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(sessions()).isEqualTo("no sessions\n");
        }
    }

    @Test
    void theSecondTracerOfASiteIsToldOfTheFirst() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0);
                Trapless.Running first = record(target)) {
            target.awaitPatched(first);
            try (Trapless.Running second = record(target)) {
                Trapless.Result result = second.await(SECONDS);
                assertThat(result.exitStatus()).isEqualTo(1);
                assertThat(result.err()).hasLineCount(1).contains(name(), "tracer process");
            }
            Trapless.Result list =
                    Trapless.run("list", "-p", target.pid(), "work").succeeded();
            assertThat(list.out()).hasLineCount(1).contains(":work refused: session " + name());
        }
    }

    @Test
    void aDeadTracersSessionIsTakenOutAndThenRecovered() throws Exception {
        try (Target target = Target.start("seqloop", 2, 0)) {
            List<String> code = target.codeMappings();
            killTracer(target, true);
            assertThat(sessions()).contains("its tracer died", "trapless detach -p " + target.pid());
            try (Trapless.Running second = record(target)) {
                assertThat(second.await(SECONDS).err()).contains("trapless detach -p " + target.pid());
            }

            Trapless.Result detach = detach(target).succeeded();
            assertThat(detach.out()).contains("1 jump", "trapless recover");
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(target.codeMappings()).isEqualTo(code);
            assertThat(maps(target.pid())).doesNotContain("/rings");
            assertThat(detach(target).succeeded().out()).contains("nothing of a tracer is left");

            assertThat(recover().succeeded().out()).contains("the session is deleted");
            assertThat(TraceEvent.view(folder.resolve("recovered"))).isNotEmpty();
            assertThat(leftovers.all()).isEmpty();
            assertThat(target.isAlive()).isTrue();
        }
    }

    @Test
    void aSessionWithoutEventsGoesWithTheDetach() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0)) {
            killTracer(target, false);
            assertThat(detach(target).succeeded().out()).contains("the session is deleted");
            assertThat(leftovers.all()).isEmpty();
        }
    }

    @Test
    void detachFindsASessionByTheMemoryMapAlone() throws Exception {
        try (Target target = Target.start("seqloop", 1, 0)) {
            killTracer(target, false);
            Trapless.run("detach", "-p", target.pid()).succeeded();
            assertThat(target.bytes()).isEqualTo(target.originalBytes());
            assertThat(leftovers.all()).isEmpty();
        }
    }

    @Test
    void theForkedChildIsDetachedToo() throws Exception {
        try (Trapless.Running target = Trapless.Running.start(
                java.util.Map.of(), List.of(Programs.compiled("forker").toString()))) {
            long address = address(target);
            byte[] original = bytes(target.pid(), address);
            try (Trapless.Running tracer = Trapless.start(
                    "record",
                    "-p",
                    target.pid(),
                    "-e",
                    "uprobe:" + Programs.compiled("forker") + ":work",
                    "-o",
                    folder.resolve("trace"),
                    "--shm-path",
                    leftovers.shm())) {
                target.say("go");
                await(() -> !java.util.Arrays.equals(bytes(target.pid(), address), original));
                target.signal("USR1");
                await(() -> CHILD.matcher(target.out()).find());
                tracer.kill();
                tracer.await(SECONDS);
            }
            Matcher said = CHILD.matcher(target.out());
            assertThat(said.find()).isTrue();
            long child = Long.parseLong(said.group(1));
            assertThat(bytes(child, address)).isNotEqualTo(original);
            Trapless.run("detach", "-p", target.pid(), "--shm-path", leftovers.shm())
                    .succeeded();
            assertThat(bytes(target.pid(), address)).isEqualTo(original);
            assertThat(bytes(child, address)).isEqualTo(original);
            assertThat(maps(child)).doesNotContain("/rings");
        }
    }

    @Test
    void aDamagedSessionIsToldInOneLine() throws Exception {
        for (String file : List.of("session.properties", "rings", "journal", "events")) {
            try (Target target = Target.start("seqloop", 1, 0)) {
                killTracer(target, true);
                String name = name();
                target.kill();
                target.await(SECONDS);
                try (RandomAccessFile damaged = new RandomAccessFile(
                        leftovers.shm().resolve(name).resolve(file).toFile(), "rw")) {
                    damaged.write("damage everywhere".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                }
                assertThat(sessions()).as(file).hasLineCount(1).contains(name);
                Trapless.Result recover = recover();
                assertThat(recover.exitStatus()).as(file).isIn(0, 1);
                assertThat(recover.err()).as(file).doesNotContain("internal error");
                assertThat(recover.err().lines().count()).as(file).isLessThanOrEqualTo(1);
            }
            leftovers.delete();
            leftovers = Leftovers.fresh();
            if (Files.exists(folder.resolve("recovered"))) {
                new Leftovers(folder.resolve("recovered")).delete();
            }
        }
    }

    private void killTracer(Target target, boolean events) throws Exception {
        try (Trapless.Running tracer = record(target)) {
            target.awaitPatched(tracer);
            if (events) {
                target.go();
                Thread.sleep(50);
            }
            tracer.kill();
            tracer.await(SECONDS);
        }
    }

    private Trapless.Running record(Target target) throws IOException {
        return Trapless.start(
                "record",
                "-p",
                target.pid(),
                "-e",
                target.uprobe("work") + " { seq = (int32)arg0 }",
                "-o",
                folder.resolve("trace" + System.nanoTime()),
                "--buffer-size",
                "1M",
                "--shm-path",
                leftovers.shm());
    }

    private Trapless.Result detach(Target target) throws Exception {
        return Trapless.run("detach", "-p", target.pid(), "--shm-path", leftovers.shm());
    }

    private Trapless.Result recover() throws Exception {
        return Trapless.run("recover", name(), "-o", folder.resolve("recovered"), "--shm-path", leftovers.shm());
    }

    private String sessions() throws Exception {
        return Trapless.run("sessions", "--shm-path", leftovers.shm())
                .succeeded()
                .out();
    }

    private String name() throws IOException {
        try (Stream<Path> entries = Files.list(leftovers.shm())) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long address(Trapless.Running target) throws Exception {
        Pattern ready = Pattern.compile("ready (\\d+) 0x([0-9a-f]+)\n");
        await(() -> ready.matcher(target.out()).find());
        Matcher matcher = ready.matcher(target.out());
        assertThat(matcher.find()).isTrue();
        return Long.parseUnsignedLong(matcher.group(2), 16);
    }

    private static byte[] bytes(long pid, long address) throws IOException {
        byte[] bytes = new byte[16];
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            memory.seek(address);
            memory.readFully(bytes);
        }
        return bytes;
    }

    private static String maps(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/maps"));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }
}
