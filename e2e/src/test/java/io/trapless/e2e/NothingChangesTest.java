package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A traced program does what it does untraced, and a released one is byte for byte what it was. */
final class NothingChangesTest {
    private static final int SECONDS = 300;

    @TempDir
    Path folder;

    @Test
    void bashWithEveryEntryAndExitOfItAndLibcProbed() throws Exception {
        everythingProbed(RealProgram.bash(folder));
    }

    @Test
    @Tag("long")
    void pythonWithEveryEntryAndExitOfItAndLibcProbed() throws Exception {
        everythingProbed(RealProgram.python(folder));
    }

    @Test
    @Tag("long")
    void sqliteWithEveryEntryAndExitOfItAndLibcProbed() throws Exception {
        everythingProbed(RealProgram.sqlite(folder));
    }

    @Test
    @Tag("long")
    void opensslWithEveryEntryAndExitOfItAndLibcProbed() throws Exception {
        everythingProbed(RealProgram.openssl(folder));
    }

    /** A stop makes a wait begin anew, so a thread that waits must not be stopped again and again: not for its rings' sake either, whose pages are met while it is recorded. */
    @Test
    void whoWaitsForATimeIsLetWait() throws Exception {
        int millis = 100;
        int ticks = 30;
        try (Target target = Target.start("ticks", millis, ticks);
                Trapless.Running tracer = Trapless.start(
                        "record", "-p", target.pid(), "-e", target.uprobe("work"), "-o", folder.resolve("trace"))) {
            target.awaitPatched(tracer);
            target.go();
            String out = target.await(SECONDS).succeeded().out();
            assertThat(Long.parseLong(out.substring(out.indexOf("longest ") + 8).strip()))
                    .isLessThan(3 * millis);
            assertThat(tracer.await(SECONDS).succeeded().out()).contains(ticks + " events, 0 lost");
        }
    }

    @Test
    void attachAndDetachUnderLoad() throws Exception {
        cycles(5);
    }

    @Test
    @Tag("long")
    void attachAndDetach100TimesUnderLoad() throws Exception {
        cycles(100);
    }

    @Test
    @Tag("long")
    void redisGoesOnThrough20CyclesWithEverythingProbed() throws Exception {
        Path server = folder.resolve("redis-server");
        Files.copy(Path.of("/usr/bin/redis-server").toRealPath(), server);
        server.toFile().setExecutable(true);
        try (Redis redis = Redis.start(server, folder)) {
            CodeBytes before = CodeBytes.read(redis.pid(), server);
            for (int cycle = 0; cycle < 20; cycle++) {
                Path trace = folder.resolve("trace" + cycle);
                try (Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        redis.pid(),
                        "-e",
                        "uprobe:" + server + ":*",
                        "-e",
                        "uprobe:libc:*",
                        "-o",
                        trace,
                        "--mode",
                        "overwrite",
                        "--buffer-size",
                        "1M",
                        "--quiet")) {
                    KernelCountsTest.awaitCodeChange(redis.pid(), server, tracer);
                    redis.benchmark(500);
                    tracer.signal("INT");
                    tracer.await(SECONDS).succeeded();
                }
                assertThat(redis.command("SET", "key", "value" + cycle)).isEqualTo("OK\n");
                assertThat(redis.command("GET", "key")).isEqualTo("value" + cycle + "\n");
                assertThat(CodeBytes.read(redis.pid(), server)).isEqualTo(before);
                new Leftovers(trace).delete();
            }
        }
    }

    private void everythingProbed(RealProgram program) throws Exception {
        Trapless.Result alone = program.run();
        assertThat(program.run()).as("the job is deterministic").isEqualTo(alone);
        Path trace = folder.resolve("trace");
        Path summaryFile = folder.resolve("summary.json");
        try (Trapless.Running running = program.start()) {
            KernelCountsTest.awaitReading(running.pid());
            try (Trapless.Running tracer = Trapless.start(
                    "record",
                    "-p",
                    running.pid(),
                    "-e",
                    "uprobe:" + program.probed() + ":*",
                    "-e",
                    "uretprobe:" + program.probed() + ":*",
                    "-e",
                    "uprobe:libc:*",
                    "-e",
                    "uretprobe:libc:*",
                    "--durations",
                    "-o",
                    trace,
                    "--summary",
                    summaryFile,
                    "--mode",
                    "overwrite",
                    "--buffer-size",
                    "1M",
                    "--quiet")) {
                KernelCountsTest.awaitCodeChange(running.pid(), program.probed(), tracer);
                running.feed(program.job());
                assertThat(running.await(SECONDS)).isEqualTo(alone);
                tracer.await(SECONDS).succeeded();
            }
        }
        Summary summary = Summary.read(summaryFile);
        assertThat(summary.sites()).hasSizeGreaterThan(1000);
        assertThat(summary.sites()).anyMatch(site -> site.events() > 0);
        assertThat(summary.sites())
                .filteredOn(site -> site.probe().startsWith("uretprobe:"))
                .hasSizeGreaterThan(1000)
                .anyMatch(site -> site.events() > 0);
        assertThat(summary.refused())
                .allSatisfy(refused -> assertThat(refused.reason()).isNotBlank());
    }

    private void cycles(int count) throws Exception {
        try (Target target = Target.start("seqloop", 2, 0)) {
            target.go();
            Path libc = libcOf(target.pid());
            CodeBytes program = CodeBytes.read(target.pid(), target.program());
            CodeBytes library = CodeBytes.read(target.pid(), libc);
            List<String> mappings = target.codeMappings();
            for (int cycle = 0; cycle < count; cycle++) {
                Path trace = folder.resolve("trace" + cycle);
                Trapless.run(
                                "record",
                                "-p",
                                target.pid(),
                                "-e",
                                target.uprobe("*"),
                                "-e",
                                "uprobe:libc:*alloc*",
                                "-o",
                                trace,
                                "--mode",
                                "overwrite",
                                "--buffer-size",
                                "256K",
                                "--duration",
                                "50ms",
                                "--quiet")
                        .succeeded();
                assertThat(target.isAlive()).isTrue();
                assertThat(CodeBytes.read(target.pid(), target.program())).isEqualTo(program);
                assertThat(CodeBytes.read(target.pid(), libc)).isEqualTo(library);
                assertThat(target.codeMappings()).isEqualTo(mappings);
                new Leftovers(trace).delete();
            }
            List<String> foreign = Files.readAllLines(Path.of("/proc/" + target.pid() + "/maps")).stream()
                    .filter(line -> line.contains("trapless")
                            && !line.contains(target.program().toString()))
                    .toList();
            assertThat(foreign).as("rings that are still mapped").isEmpty();
        }
    }

    private static Path libcOf(long pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/maps")).stream()
                .filter(line -> line.contains(" r-xp ") && line.contains("/libc"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .findFirst()
                .orElseThrow();
    }
}
