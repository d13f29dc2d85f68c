package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless snapshot SESSION -o DIR}. */
@Command(
        description =
                "Makes a trace of what a flight recorder (record --mode overwrite) holds, while it goes on recording.")
final class SnapshotCommand implements Subcommand {

    @Parameters(
            paramLabel = "SESSION",
            description = "its name as 'trapless sessions' prints it, the beginning of it, or the pid of its target")
    private String session = "";

    @Option(names = "-o", paramLabel = "DIR", required = true, description = "folder of the trace to write")
    private @Nullable Path output;

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie, if it was given to record")
    private @Nullable Path shmPath;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (output == null) {
            return Outcome.wrongUsage("where to? give -o DIR");
        }
        return actions.snapshot(new SnapshotRequest(session, output, shmPath), terminal);
    }
}
