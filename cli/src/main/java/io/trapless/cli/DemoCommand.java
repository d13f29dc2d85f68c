package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapless demo}. */
@Command(description = "Shows the main job on something real: attaches to a program while it runs, records, detaches.")
final class DemoCommand implements Subcommand {

    @Option(names = "-o", paramLabel = "DIR", description = "folder of the trace; default: a new one")
    private @Nullable Path output;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        terminal.stop().listenToSignals();
        return actions.demo(new DemoRequest(output), terminal);
    }
}
