package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.ProbeKind;
import io.trapless.script.compile.Handlers;
import io.trapless.script.compile.ProgramCompiler;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.Output;
import io.trapless.script.runtime.Moment;
import io.trapless.script.runtime.ScriptRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the test probes of a program, or its benchmarks, one after the other, with the begin probes before and the end probes after all. */
public final class TestRun {
    private static final long BENCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CheckedProgram program;
    private final ScriptRuntime runtime;
    private final Handlers handlers;
    private final Output output;
    private final Moment.OfTracer moment = new Moment.OfTracer();
    private final int pid = (int) ProcessHandle.current().pid();
    private boolean failed;

    public TestRun(CheckedProgram program, ScriptRuntime runtime) {
        this.program = program;
        this.runtime = runtime;
        this.output = runtime.output();
        this.handlers = ProgramCompiler.compile(program, runtime);
    }

    /**
     * Runs all tests.
     *
     * @return the exit status: 1 if one failed
     */
    public int tests() throws SourceException {
        return all(ProbeKind.Test.class, this::test);
    }

    /** Runs all benchmarks; the exit status is as that of {@link #tests}. */
    public int benches() throws SourceException {
        return all(ProbeKind.Bench.class, this::bench);
    }

    /** Runs one of several. */
    private interface Step {
        void run(List<CheckedAction> actions, List<String> names, int index);
    }

    private int all(Class<? extends ProbeKind> kind, Step step) throws SourceException {
        List<CheckedAction> actions = of(kind);
        if (actions.isEmpty()) {
            throw new SourceException("Attachment failed for all probes.");
        }
        of(ProbeKind.Begin.class).forEach(this::fire);
        List<String> names = actions.stream().map(TestRun::name).toList();
        for (int i = 0; i < actions.size(); i++) {
            step.run(actions, names, i);
        }
        runtime.setOutput(output);
        of(ProbeKind.End.class).forEach(this::fire);
        output.end();
        output.flush();
        return failed ? 1 : runtime.exitStatus();
    }

    private List<CheckedAction> of(Class<? extends ProbeKind> kind) {
        return program.actions().stream()
                .filter(action -> kind.isInstance(action.kind()))
                .toList();
    }

    private static String name(CheckedAction action) {
        return ByteText.ofUnicode(
                switch (action.kind()) {
                    case ProbeKind.Test(String name) -> name;
                    case ProbeKind.Bench(String name) -> name;
                    default -> action.attachPoint().text();
                });
    }

    private long fire(CheckedAction action) {
        moment.set(
                pid,
                runtime.clocks().bootNanos(),
                ByteText.ofUnicode(action.attachPoint().text()));
        return handlers.run(action.index(), moment);
    }

    private final List<Boolean> passed = new ArrayList<>();

    private void test(List<CheckedAction> actions, List<String> names, int index) {
        TestOutput own = TestOutput.create();
        runtime.setOutput(own);
        long begin = System.nanoTime();
        long result = fire(actions.get(index));
        long nanos = System.nanoTime() - begin;
        boolean good = result == 0 && runtime.exitStatus() == 0 && own.errors() == 0;
        passed.add(good);
        failed |= !good;
        output.testResult(names, index, nanos, passed, own.text());
        runtime.resetExit();
    }

    /** Repeats more and more often until the time is long enough to be measured. */
    private void bench(List<CheckedAction> actions, List<String> names, int index) {
        TestOutput own = TestOutput.create();
        runtime.setOutput(own);
        long iterations = 1;
        while (true) {
            long begin = System.nanoTime();
            long result = 0;
            for (long i = 0; i < iterations && !runtime.isExitRequested(); i++) {
                result = fire(actions.get(index));
            }
            long nanos = System.nanoTime() - begin;
            if (runtime.exitStatus() != 0 || own.errors() > 0) {
                output.printf(own.text());
                failed = true;
                break;
            }
            if (result != 0) {
                // that is how a benchmark asks to be passed over
                break;
            }
            if (nanos >= BENCH_NANOS || runtime.isExitRequested()) {
                output.benchResult(names, index, nanos / iterations, iterations);
                break;
            }
            iterations *= nanos < BENCH_NANOS / 1000 ? 1000 : nanos < BENCH_NANOS / 100 ? 100 : 2;
        }
        runtime.resetExit();
    }
}
