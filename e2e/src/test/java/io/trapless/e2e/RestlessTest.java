package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attaches to working programs at random, records this or that in this or that way, and ends it at random, by the tracer's death too: for {@code -Dtrapless.torture.minutes} (60). After each round the program lives, its
 * code is what it was, and nothing of ours is mapped or lies about; at the end all of its work was right.
 */
@Tag("long")
final class RestlessTest {
    private static final int SECONDS = 240;
    private static final long MINUTES = Long.getLong("trapless.torture.minutes", 60);

    /** The longest time that a tracer is left alone, milliseconds: some die before they have attached, most while they record. */
    private static final int PATIENCE_MILLIS = 5000;

    private static final String MEMORY_LEFT = "may still need";

    /** Not every library has functions for every pattern. */
    private static final String NOTHING_NAMED_SO = ": no function '";

    /** JDK 25 on a signal while it loads its own classes; it ends with 1, or as by the signal. */
    private static final String HALF_A_JVM = "Runtime.exit(";

    @TempDir
    Path folder;

    private final long seed = Long.getLong("trapless.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> endings = new LinkedHashMap<>();
    private Leftovers leftovers;
    private int round;
    private String what = "";

    /** How a round ends. */
    private enum Ending {
        INTERRUPT,
        TERMINATE,
        KILL,
        DURATION
    }

    @BeforeEach
    void setUp() throws Exception {
        System.out.println("seed " + seed + " (-Dtrapless.seed=" + seed + ")");
        leftovers = Leftovers.fresh();
    }

    @AfterEach
    void tearDown() throws Exception {
        System.out.println(round + " rounds: " + endings);
        leftovers.delete();
    }

    @Test
    void nobodyIsHarmed() throws Exception {
        List<Victim> victims = new ArrayList<>();
        try {
            start(victims);
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            while (System.nanoTime() < end) {
                round++;
                Victim victim = victims.get(random.nextInt(victims.size()));
                victim.work();
                attack(victim, Ending.values()[random.nextInt(Ending.values().length)]);
                victim.rest();
            }
            for (Victim victim : victims) {
                what = "the end of " + victim.name();
                victim.finish();
            }
            assertThat(endings).as("%d minutes", MINUTES).hasSizeGreaterThanOrEqualTo(4);
        } catch (AssertionError | Exception e) {
            throw new AssertionError("round " + round + ", seed " + seed + ": " + what, e);
        } finally {
            for (Victim victim : victims) {
                victim.close();
            }
        }
    }

    private void start(List<Victim> victims) throws Exception {
        victims.add(Victim.Server.start(folder));
        Path home = Path.of(System.getProperty("java.home"));
        victims.add(Victim.worker(
                "python",
                List.of("/usr/bin/python3", TortureProgram.source("work.py")),
                List.of("*python3*", "libc", "libsqlite3", "*")));
        for (String own : List.of("unwound", "jumps")) {
            String program = Programs.compiled(own).toString();
            victims.add(Victim.worker(own, List.of(program, "loop"), List.of(program, "libc", "libgcc_s", "*")));
        }
        victims.add(Victim.worker(
                "java",
                List.of(
                        home.resolve("bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        TortureProgram.source("Loop.java")),
                List.of("libc", "libjava", "libjli")));
        // One works at a time: it has the machine, and so has who else needs it.
        // What is loaded on first use is loaded now: the code is compared by what is mapped.
        for (Victim victim : victims) {
            victim.check();
        }
        Thread.sleep(2000);
        for (Victim victim : victims) {
            victim.rest();
        }
    }

    private void attack(Victim victim, Ending ending) throws Exception {
        Path trace = folder.resolve("trace" + round);
        List<Object> words = random.nextInt(4) == 0 ? program(victim) : recording(victim, trace, ending);
        what = ending + " of " + words;
        victim.check();
        Map<String, Integer> before = victim.text();
        List<String> mappedBefore = victim.mapped(leftovers.shm());
        String said;
        Map<String, String> environment =
                Map.of("XDG_RUNTIME_DIR", leftovers.shm().toString());
        try (Trapless.Running tracer = Trapless.start(environment, words.toArray())) {
            if (ending != Ending.DURATION || words.getFirst().equals("-p")) {
                Thread.sleep(random.nextInt(PATIENCE_MILLIS));
                end(tracer, ending);
            }
            Trapless.Result result = tracer.await(SECONDS);
            said = result.err();
            assertThat(result.out() + said).doesNotContain("internal error").doesNotContain("Exception");
            endings.merge(ending + (result.exitStatus() == 0 ? "" : " failed"), 1, Integer::sum);
            if (said.contains(NOTHING_NAMED_SO)) {
                // The signal may come when that has been said.
                assertThat(result.exitStatus()).as(said).isIn(1, early(ending));
            } else if (said.startsWith(HALF_A_JVM)) {
                assertThat(said).hasLineCount(1);
            } else {
                // A JVM that has not begun yet ends by the signal.
                assertThat(result.exitStatus()).as(said).isIn(0, early(ending));
            }
        }
        victim.check();
        if (ending == Ending.KILL) {
            said = clean(victim, environment);
        }
        assertThat(victim.text()).as("its code").isEqualTo(before);
        // A word on a stack that looks like an address of ours, stale or not, keeps the memory: then that is told.
        if (!mappedBefore.containsAll(victim.mapped(leftovers.shm()))) {
            assertThat(said).as("rings are mapped").contains(MEMORY_LEFT);
            endings.merge("memory left", 1, Integer::sum);
        }
        assertThat(leftovers.all()).as("what lies about").isEmpty();
        victim.check();
        if (Files.exists(trace)) {
            new Leftovers(trace).delete();
        }
    }

    private static int early(Ending ending) {
        return switch (ending) {
            case INTERRUPT, DURATION -> 130;
            case TERMINATE -> 143;
            case KILL -> 137;
        };
    }

    private static void end(Trapless.Running tracer, Ending ending) throws Exception {
        switch (ending) {
            case INTERRUPT, DURATION -> tracer.signal("INT");
            case TERMINATE -> tracer.signal("TERM");
            case KILL -> tracer.kill();
        }
    }

    /** What a killed tracer has left is taken out; a session becomes a trace, which is deleted. */
    private String clean(Victim victim, Map<String, String> environment) throws Exception {
        Thread.sleep(random.nextInt(500));
        victim.check();
        boolean any = !victim.mapped(leftovers.shm()).isEmpty();
        Trapless.Result detach = run(environment, "detach", "-p", victim.pid());
        assertThat(detach.err()).doesNotContain("internal error");
        if (any) {
            detach.succeeded();
        }
        // Sessions that were not whole yet are nobody's any more: whoever looks at sessions removes them.
        run(environment, "sessions").succeeded();
        for (String session : sessions()) {
            Path recovered = folder.resolve("recovered" + round + session);
            run(environment, "recover", session, "-o", recovered).succeeded();
            new Leftovers(recovered).delete();
        }
        return detach.out() + detach.err();
    }

    private static Trapless.Result run(Map<String, String> environment, Object... words) throws Exception {
        try (Trapless.Running running = Trapless.start(environment, words)) {
            return running.await(SECONDS);
        }
    }

    private List<String> sessions() throws IOException {
        try (Stream<Path> files = Files.walk(leftovers.shm())) {
            return files.filter(file -> file.getFileName().toString().equals("session.properties"))
                    .map(file -> file.getParent().getFileName().toString())
                    .toList();
        }
    }

    private List<Object> recording(Victim victim, Path trace, Ending ending) {
        List<Object> words = new ArrayList<>(List.of("record", "-p", victim.pid(), "-o", trace, "--quiet"));
        String module = oneOf(victim.modules());
        String functions = oneOf(List.of("*", "*", "*a*", "*e", "m*"));
        boolean entries = random.nextInt(4) > 0;
        if (entries) {
            words.addAll(List.of(
                    "-e",
                    "uprobe:" + module + ":" + functions + oneOf(List.of("", "", " { a = arg0, s = ustack(4) }"))));
        }
        if (!entries || random.nextBoolean()) {
            words.addAll(
                    List.of("-e", "uretprobe:" + module + ":" + functions + oneOf(List.of("", " { r = retval }"))));
        }
        words.addAll(List.of("--buffer-size", oneOf(List.of("64K", "1M"))));
        for (String option : List.of("--follow", "--durations", "--later")) {
            if (random.nextInt(3) == 0) {
                words.add(option);
            }
        }
        words.addAll(List.of("--mode", oneOf(List.of("discard", "overwrite", "overwrite"))));
        if (ending == Ending.DURATION) {
            words.addAll(List.of("--duration", random.nextInt(10, 2000) + "ms"));
        }
        return words;
    }

    private List<Object> program(Victim victim) {
        String clause = oneOf(List.of(
                "uprobe:libc:malloc { @[arg0] = count(); }",
                "uprobe:libc:mem* { @n = count(); @h = hist(arg2); }",
                "uprobe:libc:malloc { @t[tid] = nsecs; } uretprobe:libc:malloc /@t[tid]/ { @h = hist(nsecs - @t[tid]); delete(@t, tid); }",
                "uprobe:libc:free { @[ustack(5)] = count(); } interval:ms:100 { print(@); clear(@); }"));
        return List.of("-p", victim.pid(), "-e", clause);
    }

    private String oneOf(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
