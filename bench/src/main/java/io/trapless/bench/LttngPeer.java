package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * LTTng-UST, its tracepoint compiled into the target, under a session daemon of our own with a home of its own. As root the daemon and the target run as
 * nobody: a daemon of root would use the machine's one folder in {@code /run} and meet the daemon that may run there.
 */
final class LttngPeer implements Peer {
    private static final String TOOL = "lttng-ust";
    private static final String NOBODY = "65534";
    private static final int TOOL_SECONDS = 60;
    private static final List<Path> HEADERS = List.of(
            Path.of("/usr/include/x86_64-linux-gnu/lttng/tracepoint.h"), Path.of("/usr/include/lttng/tracepoint.h"));

    private final Programs programs;
    private @Nullable Path program;
    private @Nullable Process daemon;
    private int sessions;

    LttngPeer(Programs programs) {
        this.programs = programs;
    }

    @Override
    public String name() {
        return "lttng";
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException {
        if (!Command.isInstalled("lttng-sessiond") || HEADERS.stream().noneMatch(Files::exists)) {
            return List.of(
                    Row.unavailable(TOOL, "compiled-in tracepoint", "not installed: lttng-tools, liblttng-ust-dev"));
        }
        if (program == null) {
            program = programs.compile("lttng", "-llttng-ust", "-ldl");
        }
        Process running = startDaemon();
        return List.of(
                session("to disk", events, threads, program, running, "--discard"),
                session("flight recorder", events, threads, program, running, "--overwrite"));
    }

    private Row session(String mode, long events, int threads, Path target, Process running, String loss)
            throws IOException, InterruptedException, BenchException {
        String name = "bench" + sessions++;
        boolean toDisk = loss.equals("--discard");
        Path output = home().resolve(name);
        List<String> create = new ArrayList<>(List.of("lttng", "--no-sessiond", "create", name, "--output=" + output));
        if (!toDisk) {
            create.add("--snapshot");
        }
        lttng(create);
        try {
            // 64 MiB for each CPU, as Trapless has
            lttng(List.of(
                    "lttng", "enable-channel", "-s", name, "-u", "c", "--subbuf-size=4M", "--num-subbuf=16", loss));
            lttng(List.of("lttng", "enable-event", "-s", name, "-u", "-c", "c", "trapless_bench:work"));
            lttng(List.of("lttng", "start", name));
            double toolBefore = CpuTime.treeSeconds(running.toHandle());
            Measurement baseline;
            Measurement run;
            try (Target process = Target.start(asOurs(List.of(target.toString())))) {
                baseline = process.run("plain", events, threads);
                run = process.run("work", events, threads);
            }
            lttng(List.of("lttng", "stop", name));
            double toolSeconds = CpuTime.treeSeconds(running.toHandle()) - toolBefore;
            long lost = toDisk ? discarded(lttng(List.of("lttng", "list", name))) : 0;
            return new Row(
                    TOOL,
                    "compiled-in tracepoint, " + mode,
                    threads,
                    run.events(),
                    run.nanosPerEvent(),
                    baseline.nanosPerEvent(),
                    run.cpuNanos() / 1e9 + toolSeconds,
                    lost,
                    null);
        } finally {
            lttng(List.of("lttng", "destroy", name));
            Programs.delete(output);
        }
    }

    private static long discarded(String list) {
        Matcher matcher = Pattern.compile("Discarded events: ([0-9]+)").matcher(list);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private Process startDaemon() throws IOException, InterruptedException, BenchException {
        if (daemon != null && daemon.isAlive()) {
            return daemon;
        }
        Files.createDirectories(home());
        if (isRoot()) {
            Command.check(TOOL_SECONDS, List.of("chown", NOBODY + ":" + NOBODY, home().toString()));
        }
        Process started = new ProcessBuilder(asOurs(List.of("lttng-sessiond", "--no-kernel")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        daemon = started;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Command.run(TOOL_SECONDS, asOurs(List.of("lttng", "--no-sessiond", "list")))
                        .exitStatus()
                != 0) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                throw new BenchException("lttng-sessiond does not come up here");
            }
            Thread.sleep(50);
        }
        return started;
    }

    private String lttng(List<String> words) throws IOException, InterruptedException, BenchException {
        return Command.check(TOOL_SECONDS, asOurs(words));
    }

    private Path home() {
        return programs.path("lttng-home");
    }

    private List<String> asOurs(List<String> words) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        all.addAll(List.of("env", "HOME=" + home(), "LTTNG_HOME=" + home()));
        all.addAll(words);
        return all;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @Override
    public void close() {
        if (daemon == null) {
            return;
        }
        List<ProcessHandle> consumers = daemon.descendants().toList();
        daemon.destroy();
        try {
            if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
                daemon.destroyForcibly();
            }
        } catch (InterruptedException e) {
            daemon.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        consumers.forEach(ProcessHandle::destroyForcibly);
    }
}
