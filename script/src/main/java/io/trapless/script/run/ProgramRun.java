package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.ProbeKind;
import io.trapless.script.compile.Handlers;
import io.trapless.script.compile.ProgramCompiler;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.Output;
import io.trapless.script.runtime.Moment;
import io.trapless.script.runtime.ScriptRuntime;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of a program, in bpftrace's order: attaching, begin probes, events, intervals and signals as they come, end probes, maps. Everything happens on the thread that calls {@link #run}.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class ProgramRun {
    /** How long a wait lasts at most: signals are looked for in between. */
    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** SIGUSR1 prints all maps where no probe takes it. */
    private static final int SIGUSR1 = 10;

    private final CheckedProgram program;
    private final ScriptRuntime runtime;
    private final Handlers handlers;
    private final Timers timers;
    private final Host host;
    private final Moment.OfTracer moment = new Moment.OfTracer();
    private final int pid = (int) ProcessHandle.current().pid();
    private final EventSource.Sink sink = new Sink();
    private long lostTold;

    /** What a run needs from who starts it. */
    public interface Host {
        /** Arms the program's sites; null if it has none. Called once, before the begin probes. */
        @Nullable EventSource attach() throws SourceException, InterruptedException;

        /** Everything is armed: the number of attached probes, those of the tracer included. */
        void attached(long probes);

        /** Called between batches of events: what was printed shall be seen by now. */
        void breathe();

        Stop stop();

        Signals signals();
    }

    public ProgramRun(CheckedProgram program, ScriptRuntime runtime, Host host) {
        this.program = program;
        this.runtime = runtime;
        this.host = host;
        this.handlers = ProgramCompiler.compile(program, runtime);
        this.timers = new Timers(program.actions());
    }

    /**
     * Runs to the end.
     *
     * @return the exit status
     * @throws SourceException nothing could be attached, or events can't be had any more; end probes have not run
     */
    public int run() throws SourceException, InterruptedException {
        runtime.begin(runtime.clocks().bootNanos());
        try (EventSource source = host.attach()) {
            long probes = moments() + (source == null ? 0 : source.attachedProbes());
            if (probes == 0) {
                throw new SourceException(nothingAttached());
            }
            // Events wait until begin probes have run; what those print is seen behind this, as bpftrace shows it.
            host.attached(probes);
            fireAll(ProbeKind.Begin.class);
            host.breathe();
            if (source == null) {
                waitForMoments();
            } else if (source.attachedProbes() > 0 || hasMomentsToCome()) {
                follow(source);
            }
            tellLost(source);
        }
        end();
        return runtime.exitStatus();
    }

    private String nothingAttached() {
        if (count(ProbeKind.Test.class) > 0) {
            return "No probes attached; use --test to run test probes.";
        }
        return count(ProbeKind.Bench.class) > 0
                ? "No probes attached; use --bench to run benchmark probes."
                : "Attachment failed for all probes.";
    }

    /** Probes of the tracer itself. */
    private long moments() {
        return count(ProbeKind.Begin.class)
                + count(ProbeKind.End.class)
                + count(ProbeKind.Signal.class)
                + timers.count();
    }

    private long count(Class<? extends ProbeKind> kind) {
        return program.actions().stream()
                .filter(action -> kind.isInstance(action.kind()))
                .count();
    }

    // Time passes.

    private boolean hasMomentsToCome() {
        return !timers.isEmpty() || count(ProbeKind.Signal.class) > 0;
    }

    private void waitForMoments() throws InterruptedException {
        if (!hasMomentsToCome()) {
            return;
        }
        timers.start(runtime.clocks().bootNanos());
        while (wantsMore()) {
            long left = timers.nextDue() - runtime.clocks().bootNanos();
            if (left > 0 && host.stop().await(Math.min(left, MAX_WAIT_NANOS))) {
                return;
            }
            fireDue(runtime.clocks().bootNanos());
        }
    }

    private void follow(EventSource source) throws SourceException, InterruptedException {
        if (!source.isRecorded()) {
            timers.start(runtime.clocks().bootNanos());
        }
        source.begin();
        while (wantsMore() && !source.isEnded()) {
            long left = source.isRecorded()
                    ? MAX_WAIT_NANOS
                    : timers.nextDue() - runtime.clocks().bootNanos();
            source.poll(sink, Math.clamp(left, 0, MAX_WAIT_NANOS));
            if (!source.isRecorded()) {
                fireDue(runtime.clocks().bootNanos());
            }
            tellLost(source);
            host.breathe();
        }
        source.stop();
        if (!runtime.isExitRequested() && !source.isRecorded()) {
            source.poll(sink, 0);
        }
    }

    private boolean wantsMore() {
        return !runtime.isExitRequested() && !host.stop().isRequested();
    }

    private void tellLost(@Nullable EventSource source) {
        long lost = source == null ? 0 : source.lostEvents();
        if (lost > lostTold) {
            runtime.output().lostEvents(lost - lostTold);
            lostTold = lost;
        }
    }

    private void fireDue(long now) {
        while (!runtime.isExitRequested() && timers.fire(now, this::fire)) {
            host.breathe();
        }
        Integer signal;
        while (!runtime.isExitRequested() && (signal = host.signals().next()) != null) {
            signalled(signal);
            host.breathe();
        }
    }

    private void signalled(int number) {
        boolean taken = false;
        for (CheckedAction action : program.actions()) {
            if (action.kind() instanceof ProbeKind.Signal(int wanted, String _) && wanted == number) {
                fire(action, runtime.clocks().bootNanos());
                taken = true;
            }
        }
        if (!taken && number == SIGUSR1) {
            printMaps();
        }
    }

    // Actions.

    private void fireAll(Class<? extends ProbeKind> kind) {
        for (CheckedAction action : program.actions()) {
            if (kind.isInstance(action.kind())) {
                fire(action, runtime.clocks().bootNanos());
            }
        }
    }

    private void fire(CheckedAction action, long bootNanos) {
        moment.set(pid, bootNanos, ByteText.ofUnicode(action.attachPoint().text()));
        handlers.run(action.index(), moment);
    }

    private void end() {
        fireAll(ProbeKind.End.class);
        Output output = runtime.output();
        runtime.warnings().summary();
        output.end();
        if (program.settings().printMapsOnExit()) {
            printMaps();
        }
        output.flush();
    }

    private void printMaps() {
        runtime.maps().stream()
                .sorted(Comparator.comparing(map -> map.descriptor().name()))
                .filter(map -> map.size() > 0)
                .forEach(map -> runtime.printMap(map, 0, 0));
    }

    /** The compiled program: for tests and benchmarks of it. */
    Handlers handlers() {
        return handlers;
    }

    List<ProgramMap> maps() {
        return runtime.maps();
    }

    private final class Sink implements EventSource.Sink {
        @Override
        public void event(int action, Moment event) {
            handlers.run(action, event);
        }

        @Override
        public boolean wantsMore() {
            return !runtime.isExitRequested();
        }

        @Override
        public void reached(long bootNanos) {
            if (timers.nextDue() == 0) {
                timers.start(bootNanos);
                runtime.begin(bootNanos);
            }
            fireDue(bootNanos);
        }
    }
}
