package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless set SESSION PROBE on|off}. */
@Command(
        description = "Switches probes of a running recording on or off, without touching the target's code.",
        footer = {
            "",
            "  trapless set redis-server-2994 uprobe:libc:malloc off",
            "  trapless set 2994 '*' on",
        })
final class SetCommand implements Subcommand {

    @Parameters(
            index = "0",
            paramLabel = "SESSION",
            description = "its name as 'trapless sessions' prints it, the beginning of it, or the pid of its target")
    private String session = "";

    @Parameters(
            index = "1",
            paramLabel = "PROBE",
            description = "a probe's name, its function alone, or a pattern with *")
    private String probe = "";

    @Parameters(index = "2", paramLabel = "on|off", description = "what to switch it to")
    private String state = "";

    @Option(names = "--shm-path", paramLabel = "DIR", description = "where the rings lie, if it was given to record")
    private @Nullable Path shmPath;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        boolean on = state.equals("on");
        if (!on && !state.equals("off")) {
            return Outcome.wrongUsage("a probe is switched on or off, not '" + state + "'");
        }
        if (probe.isEmpty()) {
            return Outcome.wrongUsage("the empty text is no probe; '*' means all");
        }
        return actions.set(new SetRequest(session, probe, on, shmPath), terminal);
    }
}
