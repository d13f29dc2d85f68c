package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What it costs outside of the target to evaluate an event that was recorded: a program runs over a trace, once and several times as much, so that what a start costs cancels out. The CPU time of all threads counts.
 */
final class ConsumerPeer implements Peer {
    private static final long BUFFER_BYTES = 256L << 20;
    private static final long MIN_EVENTS = 8_000_000;
    private static final long MAX_EVENTS = 16_000_000;
    private static final int TIMES = 4;
    private static final int RUN_SECONDS = 300;

    /** The second line of the shell's {@code times}: user and system time of its children. */
    private static final Pattern TIMES_LINE = Pattern.compile("(?m)^([0-9]+)m([0-9.]+)s ([0-9]+)m([0-9.]+)s$");

    private static final Pattern COUNT = Pattern.compile("(?m)^@\\[[^]]*]: ([0-9]+)$");

    private final TraplessRunner runner;
    private final Programs programs;
    private final Path program;

    ConsumerPeer(TraplessRunner runner, Programs programs, Path program) {
        this.runner = runner;
        this.programs = programs;
        this.program = program;
    }

    @Override
    public String name() {
        return TraplessPeer.TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException {
        if (threads != 1) {
            return List.of(); // there is one consumer, however many threads the target has
        }
        // few events say nothing: a start takes longer than their evaluation
        long most = Math.clamp(events, MIN_EVENTS, MAX_EVENTS);
        String number = "uprobe:" + program + ":work ";
        String text = "uprobe:" + program + ":work_name ";
        return List.of(
                evaluated("consumer, integer key", number, "work", "arg0 & 63", "@[arg0] = count();", most),
                evaluated("consumer, string key", text, "name", "str(arg0)", "@[str(arg0)] = count();", most));
    }

    private Row evaluated(String mode, String place, String work, String captured, String action, long events)
            throws IOException, InterruptedException, BenchException {
        List<Path> traces = List.of(programs.path("consumed-1"), programs.path("consumed-" + TIMES));
        try (Target target = Target.start(List.of(program.toString()))) {
            long few = record(target, place, work, captured, events / TIMES, traces.getFirst());
            long many = record(target, place, work, captured, events, traces.getLast());
            double cpuOfFew = evaluate(traces.getFirst(), place + "{ " + action + " }", few);
            double cpuOfMany = evaluate(traces.getLast(), place + "{ " + action + " }", many);
            long more = many - few;
            double seconds = cpuOfMany - cpuOfFew;
            return new Row(TraplessPeer.TOOL, mode, 1, more, seconds / more * 1e9, 0, seconds, 0, null);
        } finally {
            for (Path trace : traces) {
                Programs.delete(trace);
            }
        }
    }

    /** Records a loop; returns how many records there are. */
    private long record(Target target, String place, String work, String captured, long events, Path trace)
            throws IOException, BenchException {
        TraplessRunner.Recording recording = runner.attach(
                target.pid(),
                List.of(place + "{ f0 = " + captured + " }"),
                TraplessRunner.Mode.DISK,
                BUFFER_BYTES,
                trace);
        target.run(work, events, 1);
        return recording.detach().events();
    }

    /** Runs a program over a trace and checks that it has counted every event; returns the CPU time in seconds. */
    private double evaluate(Path trace, String script, long events)
            throws IOException, InterruptedException, BenchException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "\"$@\" && times", "sh"));
        words.addAll(runner.command());
        words.addAll(List.of("-e", script, "--trace", trace.toString()));
        Command.Result result = Command.run(RUN_SECONDS, words);
        long counted = 0;
        Matcher counts = COUNT.matcher(result.output());
        while (counts.find()) {
            counted += Long.parseLong(counts.group(1));
        }
        List<MatchResult> times = TIMES_LINE.matcher(result.output()).results().toList();
        if (result.exitStatus() != 0 || counted != events || times.size() != 2) {
            throw new BenchException(script + " has counted " + counted + " of " + events + " events: "
                    + result.output().strip().replace('\n', ' '));
        }
        MatchResult ofChildren = times.getLast();
        return seconds(ofChildren, 1) + seconds(ofChildren, 3);
    }

    private static double seconds(MatchResult times, int group) {
        return 60 * Double.parseDouble(times.group(group)) + Double.parseDouble(times.group(group + 1));
    }
}
