package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL at random moments: of the target, of the tracer, of both. The quick tests do a few rounds, the long ones hundreds. */
final class CrashTest {
    private static final int SECONDS = 60;
    private static final int THREADS = 4;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("trapless.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Leftovers leftovers;

    @BeforeEach
    void setUp() throws Exception {
        System.out.println("seed " + seed + " (-Dtrapless.seed=" + seed + ")");
        leftovers = Leftovers.fresh();
    }

    @AfterEach
    void tearDown() throws Exception {
        leftovers.delete();
    }

    @Test
    void targetsDeath() throws Exception {
        killTargets(3);
    }

    @Test
    @Tag("long")
    void targetsDeathAt200Moments() throws Exception {
        killTargets(200);
    }

    @Test
    void deathOfBoth() throws Exception {
        killBoth(3);
    }

    @Test
    @Tag("long")
    void deathOfBothAt50Moments() throws Exception {
        killBoth(50);
    }

    @Test
    void tracersDeath() throws Exception {
        killTracers(5);
    }

    @Test
    @Tag("long")
    void tracersDeathAt500Moments() throws Exception {
        killTracers(500);
    }

    /** The tracer lives: every record is whole, and each thread's numbers have no hole before the last one. */
    private void killTargets(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            Path trace = folder.resolve("target" + round);
            Path progress = folder.resolve("progress" + round);
            try (Target target = Target.start("seqloop", THREADS, 0, progress);
                    Trapless.Running tracer = Trapless.start(words(target, trace))) {
                target.awaitPatched(tracer);
                target.go();
                Thread.sleep(random.nextInt(15));
                target.kill();
                tracer.await(SECONDS).succeeded();
                assertWholeAndComplete(trace, progress, round);
                assertThat(leftovers.all()).isEmpty();
            }
            delete(trace);
        }
    }

    /** Nobody lives: {@code recover} makes the trace. */
    private void killBoth(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            Path trace = folder.resolve("both" + round);
            Path recovered = folder.resolve("recovered" + round);
            Path progress = folder.resolve("progress" + round);
            try (Target target = Target.start("seqloop", THREADS, 0, progress);
                    Trapless.Running tracer = Trapless.start(words(target, trace))) {
                target.awaitPatched(tracer);
                target.go();
                Thread.sleep(random.nextInt(15));
                boolean tracerFirst = random.nextBoolean();
                if (tracerFirst) {
                    tracer.kill();
                    Thread.sleep(random.nextInt(5));
                }
                target.kill();
                tracer.kill();
                target.await(SECONDS);
                tracer.await(SECONDS);
                Trapless.run("recover", onlySession(), "-o", recovered, "--shm-path", leftovers.shm())
                        .succeeded();
                long events = assertWholeAndComplete(recovered, progress, round);
                assertThat(RecordTest.countedByBabeltrace(recovered)).isEqualTo(events);
                assertThat(leftovers.all()).isEmpty();
            }
            delete(trace);
            delete(recovered);
        }
    }

    /** The target goes on and ends right, whenever the tracer dies; {@code detach} mends what is left. */
    private void killTracers(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            Path trace = folder.resolve("tracer" + round);
            try (Target target = Target.start("seqloop", THREADS, 0);
                    Trapless.Running tracer = Trapless.start(words(target, trace))) {
                target.go();
                Thread.sleep(random.nextInt(900));
                tracer.kill();
                tracer.await(SECONDS);
                Thread.sleep(random.nextInt(20));
                assertThat(target.isAlive())
                        .as("round %d, seed %d", round, seed)
                        .isTrue();
                if (random.nextBoolean()) {
                    Trapless.Result detach = Trapless.run("detach", "-p", target.pid(), "--shm-path", leftovers.shm());
                    assertThat(detach.err())
                            .as("round %d, seed %d", round, seed)
                            .doesNotContain("internal error");
                    if (detach.exitStatus() == 0) {
                        assertThat(target.bytes())
                                .as("round %d, seed %d", round, seed)
                                .isEqualTo(target.originalBytes());
                    }
                }
                target.signal("TERM");
                Trapless.Result result = target.await(SECONDS);
                assertThat(result.exitStatus())
                        .as("round %d, seed %d: %s", round, seed, result.err())
                        .isZero();
                assertThat(result.out()).endsWith("done " + THREADS + " 0\n");
            }
            // sessions that were not whole yet are nobody's any more: whoever looks at sessions removes them
            Trapless.run("sessions", "--shm-path", leftovers.shm()).succeeded();
            for (String session : sessions()) {
                Trapless.run(
                                "recover",
                                session,
                                "-o",
                                folder.resolve("r" + round + session),
                                "--shm-path",
                                leftovers.shm())
                        .succeeded();
            }
            assertThat(leftovers.all()).as("round %d, seed %d", round, seed).isEmpty();
            delete(trace);
        }
    }

    private Object[] words(Target target, Path trace) {
        String clause = target.uprobe("work") + " { seq = (int32)arg0, thread = (int32)arg1 }";
        return new Object[] {
            "record",
            "-p",
            target.pid(),
            "-e",
            clause,
            "-o",
            trace,
            "--buffer-size",
            "64M",
            "--quiet",
            "--shm-path",
            leftovers.shm()
        };
    }

    /**
     * The numbers of each thread have no hole, and the last one is that of the call that had come back last, or of the one that was under way when the
     * target died.
     *
     * @return the number of events
     */
    private long assertWholeAndComplete(Path trace, Path progress, int round) throws Exception {
        long[] next = new long[THREADS];
        long events = TraceEvent.forEachLine(trace, line -> {
            int thread = Math.toIntExact(TraceEvent.integer(line, "thread"));
            long seq = TraceEvent.integer(line, "seq");
            if (thread < 0 || thread >= THREADS || seq != next[thread]) {
                throw new AssertionError("round " + round + ", seed " + seed + ": expected seq "
                        + (thread < 0 || thread >= THREADS ? "of another thread" : next[thread]) + ": " + line);
            }
            next[thread]++;
        });
        ByteBuffer calls = ByteBuffer.wrap(Files.readAllBytes(progress)).order(ByteOrder.LITTLE_ENDIAN);
        for (int thread = 0; thread < THREADS; thread++) {
            long done = calls.getLong(thread * Long.BYTES);
            assertThat(next[thread])
                    .as("round %d, seed %d: events of thread %d", round, seed, thread)
                    .isBetween(done, done + 1);
        }
        return events;
    }

    private String onlySession() throws IOException {
        List<String> sessions = sessions();
        assertThat(sessions).hasSize(1);
        return sessions.getFirst();
    }

    /** Session folders under the base, wherever below it they are. */
    private List<String> sessions() throws IOException {
        try (Stream<Path> files = Files.walk(leftovers.shm())) {
            return files.filter(file -> file.getFileName().toString().equals("session.properties"))
                    .map(file -> file.getParent().getFileName().toString())
                    .toList();
        }
    }

    private static void delete(Path root) throws IOException {
        if (Files.exists(root)) {
            new Leftovers(root).delete();
        }
    }
}
