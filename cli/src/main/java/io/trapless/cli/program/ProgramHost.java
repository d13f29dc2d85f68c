package io.trapless.cli.program;

import io.trapless.cli.ProgramRequest;
import io.trapless.cli.StopRequest;
import io.trapless.cli.Terminal;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.ProbeKind;
import io.trapless.script.output.TextSink;
import io.trapless.script.run.EventSource;
import io.trapless.script.run.ProgramRun;
import io.trapless.script.run.RecordedTrace;
import io.trapless.script.run.Signals;
import io.trapless.script.run.SourceException;
import io.trapless.script.run.Stop;
import io.trapless.script.runtime.ScriptRuntime;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a run gets from the command line: its sites, the user's signals, and the terminal. */
final class ProgramHost implements ProgramRun.Host {
    /** bpftrace's test suite sets this variable and waits for a line of its name. */
    private static final String NOTIFY = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";

    private final CheckedProgram program;
    private final ScriptRuntime runtime;
    private final ProgramRequest request;
    private final LiveTargets targets;
    private final TextSink sink;
    private final Terminal terminal;
    private final Signals signals;

    ProgramHost(
            CheckedProgram program,
            ScriptRuntime runtime,
            ProgramRequest request,
            LiveTargets targets,
            TextSink sink,
            Terminal terminal,
            Signals signals) {
        this.program = program;
        this.runtime = runtime;
        this.request = request;
        this.targets = targets;
        this.sink = sink;
        this.terminal = terminal;
        this.signals = signals;
    }

    @Override
    public @Nullable EventSource attach() throws SourceException, InterruptedException {
        watchSignals();
        Path trace = request.trace();
        EventSource source = trace != null
                ? RecordedTrace.open(trace, program, runtime.clocks())
                : targets.attach(runtime.clocks(), runtime.processes());
        SignalWatch.startMapPrinting(signals); // takes a cold JVM 20 ms, which no probe need wait for
        return source;
    }

    /** {@code --dry-run}: everything is armed and taken back. */
    int rehearse() throws SourceException, InterruptedException {
        try (EventSource source = attach()) {
            if (source != null) {
                source.stop();
            }
        }
        return 0;
    }

    private void watchSignals() throws SourceException {
        for (CheckedAction action : program.actions()) {
            if (action.kind() instanceof ProbeKind.Signal(int number, String name)) {
                String bare = name.startsWith("SIG") ? name.substring(3) : name;
                if (!SignalWatch.start(bare, number, signals)) {
                    throw new SourceException("self:signal:" + name + " can't be had: the JVM keeps this signal");
                }
            }
        }
    }

    @Override
    public void attached(long probes) {
        if (!request.quiet()) {
            runtime.output().attachedProbes(probes);
        }
        if (System.getenv(NOTIFY) != null) {
            terminal.out().println(NOTIFY);
            terminal.out().flush();
        }
    }

    @Override
    public void breathe() {
        sink.breathe();
    }

    @Override
    public Stop stop() {
        StopRequest stop = terminal.stop();
        return new Stop() {
            @Override
            public boolean isRequested() {
                return stop.isRequested() || sink.isBroken();
            }

            @Override
            public boolean await(long nanos) throws InterruptedException {
                return stop.await(nanos);
            }
        };
    }

    @Override
    public Signals signals() {
        return signals;
    }
}
