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

    @Option(
            names = "--remove",
            paramLabel = "SESSION",
            description = "delete this one; programs that preload it run on, and record no more")
    private @Nullable String remove;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        return actions.sessions(new SessionsRequest(shmPath, remove), terminal);
    }
}
