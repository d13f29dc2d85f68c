package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless recover SESSION -o DIR}. */
@Command(description = "Turns a dead session into a trace and removes the session.")
final class RecoverCommand implements Subcommand {

    @Parameters(paramLabel = "SESSION", description = "its name, as 'trapless sessions' prints it")
    private @Nullable String session;

    @Option(names = "-o", paramLabel = "DIR", required = true, description = "folder of the trace to write")
    private @Nullable Path output;

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie, if it was given to record")
    private @Nullable Path shmPath;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (session == null || output == null) {
            return Outcome.wrongUsage("recover what, and where to? give a SESSION and -o DIR");
        }
        if (session.isEmpty() || session.indexOf('/') >= 0 || session.startsWith(".")) {
            return Outcome.wrongUsage("'" + session + "' is not a session's name; 'trapless sessions' lists them");
        }
        return actions.recover(new RecoverRequest(session, output, shmPath), terminal);
    }
}
