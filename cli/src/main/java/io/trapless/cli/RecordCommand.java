package io.trapless.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless record}. */
@Command(
        description =
                "Records events of live processes into a CTF trace until Ctrl-C, a limit, or the end of the target.",
        footer = {
            "",
            "SPEC is one clause of the probe language: PROBE [/FILTER/] [{ NAME = EXPR, ... }]",
            "  uprobe:/usr/bin/redis-server:processCommand",
            "  uprobe:libc:malloc /arg0 > 4096/ { size = arg0 }",
            "  uretprobe:libc:malloc { address = (uint64 *)retval }",
            "  usdt:/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0:python:function__entry",
        })
final class RecordCommand implements Subcommand {
    private static final long MIN_BUFFER_BYTES = 64 << 10;
    private static final long MAX_BUFFER_BYTES = 16L << 30;
    private static final int MAX_TRIGGERS = 64;

    @Option(names = "-p", paramLabel = "PID", description = "a process to attach to; may be given many times")
    private final List<Integer> pids = new ArrayList<>();

    @Option(names = "-e", paramLabel = "SPEC", description = "what to record; may be given many times")
    private final List<String> clauses = new ArrayList<>();

    @Option(names = "-o", paramLabel = "DIR", description = "folder of the trace; default: a new one here")
    private @Nullable Path output;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "discard",
            description = "when a ring is full: discard, overwrite or block; default: ${DEFAULT-VALUE}")
    private FullRing mode = FullRing.DISCARD;

    @Option(
            names = "--buffer-size",
            paramLabel = "SIZE",
            defaultValue = "16M",
            description = "ring for each CPU, like 64M; default: ${DEFAULT-VALUE}")
    private CommandLineParser.Bytes bufferSize = new CommandLineParser.Bytes(16 << 20);

    @Option(names = "--duration", paramLabel = "TIME", description = "stop after this time, like 10s")
    private @Nullable Duration duration;

    @Option(names = "--max-events", paramLabel = "N", description = "stop after this many events")
    private @Nullable Long maxEvents;

    @Option(
            names = "--rotate",
            paramLabel = "SIZE|TIME",
            description = "close the trace and begin the next, DIR/0001, DIR/0002 ..., each 500M or each 1h")
    private @Nullable RotateAt rotate;

    @Option(
            names = "--snapshot-on",
            paramLabel = "crash|exit|SPEC",
            description = "with --mode overwrite: write a trace, DIR/0001, DIR/0002 ..., when a target is killed by a"
                    + " signal or fails, when one ends, or when a probe fires; may be given many times")
    private final List<String> snapshotOn = new ArrayList<>();

    @Option(
            names = "--trap",
            description = "use a breakpoint of the kernel (some 1000 times as slow) where no jump is possible")
    private boolean trap;

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie; a tmpfs is best")
    private @Nullable Path shmPath;

    @Option(names = "--summary", paramLabel = "FILE", description = "write a JSON summary to this file")
    private @Nullable Path summary;

    @Option(names = "--quiet", description = "no live line, no summary on the terminal; notices stay")
    private boolean quiet;

    @Option(names = "--no-syscalls", description = "refuse captures that would need a system call in the target")
    private boolean noSystemCalls;

    @Option(
            names = "--durations",
            description = "record entry and exits of each function, so that view can tell how long it took")
    private boolean durations;

    @Option(
            names = "--follow",
            description = "record the processes too that they make, and the programs that they become")
    private boolean follow;

    @Option(names = "--later", description = "wait for libraries that nobody has loaded yet, whatever their names")
    private boolean later;

    @Option(
            names = "--comm",
            paramLabel = "NAME",
            description = "without -p: only processes of this name; may be given many times")
    private final List<String> comms = new ArrayList<>();

    @Option(names = "--exe", paramLabel = "PATH", description = "without -p: only processes that run this program")
    private @Nullable String executable;

    @Parameters(
            paramLabel = "-- COMMAND ARG...",
            arity = "0..*",
            description = "a command to start and record from before its main")
    private final List<String> command = new ArrayList<>();

    @Option(
            names = "--session",
            paramLabel = "SESSION",
            description = "record from a session that 'trapless preload' made; without -p, -e and a command")
    private @Nullable String session;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (session != null) {
            return recordSession(session, actions, terminal);
        }
        boolean everywhere = pids.isEmpty() && command.isEmpty();
        if (!everywhere && (!comms.isEmpty() || executable != null)) {
            return Outcome.wrongUsage("--comm and --exe choose among all processes; leave out -p and the command");
        }
        if (everywhere && follow) {
            return Outcome.wrongUsage("--follow needs processes to begin with; give -p PID, or -- COMMAND at the end");
        }
        if (clauses.isEmpty() && snapshotOn.stream().noneMatch(RecordCommand::isClause)) {
            return Outcome.wrongUsage("nothing to record; give at least one -e 'PROBE', like -e 'uprobe:libc:malloc'");
        }
        for (int pid : pids) {
            if (pid <= 0) {
                return Outcome.wrongUsage("'" + pid + "' is not a process id; give -p a positive number");
            }
        }
        if (maxEvents != null && maxEvents <= 0) {
            return Outcome.wrongUsage("--max-events must be positive; leave it out for no limit");
        }
        if (bufferSize.count() < MIN_BUFFER_BYTES || bufferSize.count() > MAX_BUFFER_BYTES) {
            return Outcome.wrongUsage("--buffer-size must be from 64K to 16G for each CPU");
        }
        if (!snapshotOn.isEmpty() && mode != FullRing.OVERWRITE) {
            return Outcome.wrongUsage("--snapshot-on is for flight recorders; add --mode overwrite");
        }
        if (snapshotOn.size() > MAX_TRIGGERS) {
            return Outcome.wrongUsage("--snapshot-on may be given " + MAX_TRIGGERS + " times; use wildcards");
        }
        if (mode == FullRing.OVERWRITE && rotate != null) {
            return Outcome.wrongUsage(
                    "a flight recorder (--mode overwrite) writes no trace as it goes, so there is none"
                            + " to rotate; leave out --rotate, or see --snapshot-on");
        }
        RecordRequest request = new RecordRequest(
                List.copyOf(new LinkedHashSet<>(pids)),
                clauses,
                output,
                mode,
                bufferSize.count(),
                duration,
                maxEvents,
                shmPath,
                summary,
                quiet,
                !noSystemCalls,
                command,
                new RecordScope(follow, later, comms, executable),
                new RecordExtras(rotate, snapshotOn, trap, durations));
        terminal.stop().listenToSignals();
        return actions.record(request, terminal);
    }

    private Outcome recordSession(String name, Actions actions, Terminal terminal) throws Exception {
        if (!pids.isEmpty() || !clauses.isEmpty() || !command.isEmpty()) {
            return Outcome.wrongUsage("what a session records, and where, was settled by 'trapless preload';"
                    + " leave out -p, -e and the command");
        }
        if (follow || !comms.isEmpty() || executable != null || rotate != null || !snapshotOn.isEmpty() || trap) {
            return Outcome.wrongUsage("--session takes -o, --duration, --max-events, --shm-path, --summary and --quiet;"
                    + " leave out the other options");
        }
        if (maxEvents != null && maxEvents <= 0) {
            return Outcome.wrongUsage("--max-events must be positive; leave it out for no limit");
        }
        SessionRecordRequest request =
                new SessionRecordRequest(name, output, duration, maxEvents, shmPath, summary, quiet);
        terminal.stop().listenToSignals();
        return actions.recordSession(request, terminal);
    }

    private static boolean isClause(String snapshotOn) {
        return !snapshotOn.equals("crash") && !snapshotOn.equals("exit");
    }
}
