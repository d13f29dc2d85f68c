package io.trapless.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapless preload}. */
@Command(
        description =
                "Makes a session and a shared object that arms the probes from within every program that is started with it, where ptrace is forbidden. Prints the line to start a program with.",
        footer = {
            "",
            "SPEC is one clause of the probe language, as for 'trapless record'. A path means that file; a bare name the",
            "library that the dynamic linker finds, or else the program in PATH. Then:",
            "  trapless record --session SESSION -o DIR   records while programs run",
            "  trapless recover SESSION -o DIR            makes a trace of what is in the rings, at any time",
            "  trapless sessions --remove SESSION         ends it",
        })
final class PreloadCommand implements Subcommand {
    private static final long MIN_BUFFER_BYTES = 64 << 10;
    private static final long MAX_BUFFER_BYTES = 16L << 30;

    @Option(names = "-e", paramLabel = "SPEC", description = "what to record; may be given many times")
    private final List<String> clauses = new ArrayList<>();

    @Option(names = "-o", paramLabel = "SESSION", description = "the session's name; default: a new one")
    private @Nullable String session;

    @Option(
            names = "--object",
            paramLabel = "FILE",
            description = "where to write the shared object; default: into the session's folder")
    private @Nullable Path object;

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

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie; a tmpfs is best")
    private @Nullable Path shmPath;

    @Option(names = "--no-syscalls", description = "refuse captures that would need a system call in the program")
    private boolean noSystemCalls;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (clauses.isEmpty()) {
            return Outcome.wrongUsage("nothing to record; give at least one -e 'PROBE', like -e 'uprobe:libc:malloc'");
        }
        if (bufferSize.count() < MIN_BUFFER_BYTES || bufferSize.count() > MAX_BUFFER_BYTES) {
            return Outcome.wrongUsage("--buffer-size must be from 64K to 16G for each CPU");
        }
        return actions.preload(
                new PreloadRequest(clauses, session, object, mode, bufferSize.count(), shmPath, !noSystemCalls),
                terminal);
    }
}
