package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our counts are the kernel's. A program does the same job several times: once traced by us, with every function of a file probed, and {@value #KERNEL_RUNS}
 * times under the kernel's uprobes. A function whose count is the same in all of the kernel's runs is deterministic, and ours must be that number.
 */
@Tag("long")
final class KernelCountsTest {
    private static final int KERNEL_RUNS = 3;
    private static final int FUNCTIONS_PROBED = 180;
    private static final int FUNCTIONS_WANTED = 100;
    private static final int SECONDS = 300;
    private static final int REQUESTS = 400;

    /** Its timer runs once a second. */
    private static final int IDLE_MILLIS = 3000;

    /** A server does other things when it is slow, and the kernel's uprobes make it slow: so few of them at a time that it isn't. */
    private static final int FUNCTIONS_AT_ONCE = 15;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("trapless.seed", 20260101);

    @BeforeEach
    void needsTheKernel() {
        assumeTrue(
                KernelUprobeCounts.arePermitted(),
                "needs root and a mounted tracefs: the kernel's uprobes are the oracle");
    }

    @Test
    void python() throws Exception {
        compare(RealProgram.python(folder));
    }

    @Test
    void bash() throws Exception {
        compare(RealProgram.bash(folder));
    }

    @Test
    void sqlite() throws Exception {
        compare(RealProgram.sqlite(folder));
    }

    @Test
    void openssl() throws Exception {
        compare(RealProgram.openssl(folder));
    }

    @Test
    void returnsOfPython() throws Exception {
        compareReturns(RealProgram.python(folder));
    }

    @Test
    void returnsOfSqlite() throws Exception {
        compareReturns(RealProgram.sqlite(folder));
    }

    @Test
    void returnsOfOpenssl() throws Exception {
        compareReturns(RealProgram.openssl(folder));
    }

    @Test
    void redis() throws Exception {
        Path server = folder.resolve("redis-server");
        Files.copy(Path.of("/usr/bin/redis-server").toRealPath(), server);
        server.toFile().setExecutable(true);
        Map<String, Long> ours = countsOfRedis(server, false, redis -> redis.benchmark(REQUESTS));
        Map<String, Long> idle = countsOfRedis(server, true, _ -> Thread.sleep(IDLE_MILLIS));
        ours.keySet().removeIf(function -> idle.getOrDefault(function, 0L) > 0); // called by a timer too
        List<String> candidates = chosen(
                server,
                ours,
                REQUESTS / 2); // and what it calls where there are clients, less often than once a request
        List<Map<String, Long>> kernel =
                Stream.generate(HashMap<String, Long>::new).limit(KERNEL_RUNS).collect(Collectors.toList());
        for (int from = 0; from < candidates.size(); from += FUNCTIONS_AT_ONCE) {
            List<String> some = candidates.subList(from, Math.min(from + FUNCTIONS_AT_ONCE, candidates.size()));
            try (KernelUprobeCounts counts = KernelUprobeCounts.start(server, some)) {
                for (Map<String, Long> run : kernel) {
                    try (Redis redis = Redis.start(server, folder)) {
                        Map<String, Long> before = counts.hits();
                        redis.benchmark(REQUESTS);
                        run.putAll(difference(counts.hits(), before));
                    }
                }
            }
        }
        assertAgreement(ours, kernel);
    }

    private interface Job {
        void run(Redis redis) throws Exception;
    }

    /** @param hasClient whether it has a client that says nothing: a timer looks after those too */
    private Map<String, Long> countsOfRedis(Path server, boolean hasClient, Job job) throws Exception {
        Path summary = folder.resolve("summary.json");
        try (Redis redis = Redis.start(server, folder);
                SocketChannel client = hasClient ? redis.connect() : SocketChannel.open();
                Trapless.Running tracer = startTracer(redis.pid(), server, summary, "uprobe")) {
            assertThat(client.isConnected()).isEqualTo(hasClient);
            job.run(redis);
            tracer.signal("INT");
            tracer.await(SECONDS).succeeded();
            return counts(Summary.read(summary));
        }
    }

    private void compare(RealProgram program) throws Exception {
        compare(program, "uprobe");
    }

    /** A call that ends in a tail call returns once, when the last function does; so do our exits: one for each call. */
    private void compareReturns(RealProgram program) throws Exception {
        compare(program, "uretprobe");
    }

    private void compare(RealProgram program, String probeType) throws Exception {
        Path summary = folder.resolve("summary.json");
        Map<String, Long> ours;
        Trapless.Result alone = program.run();
        try (Trapless.Running running = program.start();
                Trapless.Running tracer = startTracer(running.pid(), program.probed(), summary, probeType)) {
            running.feed(program.job());
            Trapless.Result traced = running.await(SECONDS);
            assertThat(traced).isEqualTo(alone);
            tracer.await(SECONDS).succeeded();
            ours = counts(Summary.read(summary));
        }
        List<String> candidates = chosen(program.probed(), ours, 1);
        List<Map<String, Long>> kernel = new ArrayList<>();
        try (KernelUprobeCounts counts = probeType.equals("uprobe")
                ? KernelUprobeCounts.start(program.probed(), candidates)
                : KernelUprobeCounts.startReturns(program.probed(), candidates)) {
            for (int run = 0; run < KERNEL_RUNS; run++) {
                try (Trapless.Running running = program.start()) {
                    // like ours, the count begins when the program has come to wait for its job
                    awaitReading(running.pid());
                    Map<String, Long> before = counts.hits();
                    running.feed(program.job());
                    running.await(SECONDS);
                    kernel.add(difference(counts.hits(), before));
                }
            }
        }
        assertAgreement(ours, kernel);
    }

    /** Attaches to a process that waits, with every function of a file probed. */
    private Trapless.Running startTracer(long pid, Path probed, Path summary, String probeType) throws Exception {
        awaitReading(pid);
        Trapless.Running tracer = Trapless.start(
                "record",
                "-p",
                pid,
                "-e",
                probeType + ":" + probed + ":*",
                "-o",
                folder.resolve("trace" + System.nanoTime()),
                "--summary",
                summary,
                "--buffer-size",
                "256M");
        awaitCodeChange(pid, probed, tracer);
        return tracer;
    }

    /** Waits until the process is in a read or an epoll: state S, for some looks in a row. */
    static void awaitReading(long pid) throws Exception {
        int sleeping = 0;
        for (int i = 0; i < 24_000 && sleeping < 20; i++) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            sleeping = stat.substring(stat.lastIndexOf(')') + 2).startsWith("S") ? sleeping + 1 : 0;
            Thread.sleep(5);
        }
        assertThat(sleeping).as("process %d waits for its job", pid).isEqualTo(20);
    }

    /** Waits until the process's copy of the file's code has changed, and no longer changes. */
    static void awaitCodeChange(long pid, Path probed, Trapless.Running tracer) throws Exception {
        CodeBytes original = CodeBytes.read(pid, probed);
        CodeBytes last = original;
        for (int i = 0; i < 3000; i++) {
            CodeBytes now = CodeBytes.read(pid, probed);
            if (!now.equals(original) && now.equals(last)) {
                return;
            }
            if (!tracer.isAlive()) {
                throw new AssertionError("the tracer ended: " + tracer.out() + tracer.err());
            }
            last = now;
            Thread.sleep(20);
        }
        throw new AssertionError("nothing is patched: " + tracer.out() + tracer.err());
    }

    private static Map<String, Long> counts(Summary summary) {
        assertThat(summary.lost()).isZero();
        Map<String, Long> counts = new HashMap<>();
        for (Summary.Site site : summary.sites()) {
            // The returns and the tail jumps of a function are two rows.
            counts.merge(functionOf(site.probe()), site.events(), Long::sum);
        }
        // Where an exit is not covered, fewer are counted.
        summary.refused().forEach(refused -> counts.remove(functionOf(refused.probe())));
        return counts;
    }

    private static String functionOf(String probe) {
        return probe.substring(probe.lastIndexOf(':') + 1);
    }

    /** A fixed choice among the functions that were entered. */
    private List<String> chosen(Path file, Map<String, Long> ours, long atLeast) throws Exception {
        List<String> names =
                new ArrayList<>(KernelUprobeCounts.functionsOf(file).keySet());
        names.removeIf(name -> ours.getOrDefault(name, 0L) < atLeast);
        Collections.sort(names);
        Collections.shuffle(names, new Random(seed));
        return names.subList(0, Math.min(FUNCTIONS_PROBED, names.size()));
    }

    private static Map<String, Long> difference(Map<String, Long> after, Map<String, Long> before) {
        Map<String, Long> difference = new HashMap<>();
        after.forEach((name, count) -> difference.put(name, count - before.get(name)));
        return difference;
    }

    private static void assertAgreement(Map<String, Long> ours, List<Map<String, Long>> kernel) {
        Map<String, Long> expected = new HashMap<>(kernel.getFirst());
        expected.entrySet()
                .removeIf(entry ->
                        kernel.stream().anyMatch(run -> !run.get(entry.getKey()).equals(entry.getValue())));
        List<String> differences = new ArrayList<>();
        expected.forEach((name, count) -> {
            if (!count.equals(ours.get(name))) {
                differences.add(name + ": kernel " + count + ", trapless " + ours.get(name));
            }
        });
        assertThat(differences).as("of %d functions", expected.size()).isEmpty();
        assertThat(expected.size()).as("deterministic functions").isGreaterThanOrEqualTo(FUNCTIONS_WANTED);
    }
}
