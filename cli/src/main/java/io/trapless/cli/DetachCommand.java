package io.trapless.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapless detach -p PID}. */
@Command(description = "Takes out what a tracer that died left in a process.")
final class DetachCommand implements Subcommand {

    @Option(names = "-p", paramLabel = "PID", required = true, description = "the process; may be given many times")
    private final List<Integer> pids = new ArrayList<>();

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie, if it was given to record")
    private @Nullable Path shmPath;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        for (int pid : pids) {
            if (pid <= 0) {
                return Outcome.wrongUsage("'" + pid + "' is not a process id; give -p a positive number");
            }
        }
        return actions.detach(new DetachRequest(List.copyOf(new LinkedHashSet<>(pids)), shmPath), terminal);
    }
}
