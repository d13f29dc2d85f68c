package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapless sessions}. */
@Command(description = "Lists what lies in shared memory, dead sessions included.")
final class SessionsCommand implements Subcommand {

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie, if it was given to record")
    private @Nullable Path shmPath;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        return actions.sessions(new SessionsRequest(shmPath), terminal);
    }
}
