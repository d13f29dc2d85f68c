package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless view DIR}. */
@Command(description = "Prints a trace, one event a line, in time order.")
final class ViewCommand implements Subcommand {

    @Parameters(paramLabel = "DIR", description = "the folder of the trace")
    private @Nullable Path trace;

    @Option(names = "--json", description = "one JSON object a line")
    private boolean json;

    @Option(names = "--limit", paramLabel = "N", description = "print at most N events")
    private @Nullable Long limit;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (trace == null) {
            return Outcome.wrongUsage("which trace? give its folder");
        }
        if (limit != null && limit <= 0) {
            return Outcome.wrongUsage("--limit must be positive; leave it out to see everything");
        }
        return actions.view(new ViewRequest(trace, json, limit), terminal);
    }
}
