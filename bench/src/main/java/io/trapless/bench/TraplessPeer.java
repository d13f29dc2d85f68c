package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trapless itself, in the states a user meets: recording, filtered out, switched off, let go, and with the kernel's breakpoint where no jump is possible. */
final class TraplessPeer implements Peer {
    static final String TOOL = "trapless";
    private static final long BUFFER_BYTES = 64L << 20;

    /** A breakpoint takes microseconds. */
    private static final long MOST_TRAPS = 100_000;

    private final TraplessRunner runner;
    private final Programs programs;
    private final Path program;
    private int traces;

    TraplessPeer(TraplessRunner runner, Programs programs, Path program) {
        this.runner = runner;
        this.programs = programs;
        this.program = program;
    }

    @Override
    public String name() {
        return TOOL;
    }

    @Override
    public List<Row> measure(long events, int threads) throws IOException, BenchException {
        String entry = "uprobe:" + program + ":work { seq = (int32)arg0 }";
        String filtered = "uprobe:" + program + ":work /(int32)arg0 < 0/ { seq = (int32)arg0 }";
        String exit = "uretprobe:" + program + ":work { result = (int32)retval }";
        String trap = "uprobe:" + program + ":work_tight { seq = (int32)arg0 }";
        String usdt = "usdt:" + program + ":trapless_bench:work";
        List<Row> rows = new ArrayList<>();
        try (Target target = Target.start(List.of(program.toString()))) {
            Case all = new Case(target, events, threads, rows);
            all.recorded("entry probe, to disk", List.of(entry), "work", TraplessRunner.Mode.DISK);
            all.recorded("entry probe, flight recorder", List.of(entry), "work", TraplessRunner.Mode.FLIGHT_RECORDER);
            all.recorded(
                    "entry and return, flight recorder",
                    List.of(entry, exit),
                    "work",
                    TraplessRunner.Mode.FLIGHT_RECORDER);
            all.recorded("USDT nop, flight recorder", List.of(usdt), "usdt", TraplessRunner.Mode.FLIGHT_RECORDER);
            all.silent("filtered out", filtered, true);
            all.silent("switched off", entry, false);
            all.afterDetach();
            Case few = new Case(target, Math.min(events, MOST_TRAPS), threads, rows);
            rows.addAll(trapped(few, trap));
        }
        return rows;
    }

    /** Its own row if the kernel does not let us. */
    private static List<Row> trapped(Case few, String clause) throws IOException {
        String mode = "trap where no jump is possible";
        try {
            few.recorded(mode, List.of(clause), "tight", TraplessRunner.Mode.TRAP);
            return List.of();
        } catch (BenchException e) {
            return List.of(Row.unavailable(TOOL, mode, String.valueOf(e.getMessage())));
        }
    }

    /** The cases of one live target, one after the other; the untouched call is measured again before each. */
    private final class Case {
        private final Target target;
        private final long events;
        private final int threads;
        private final List<Row> rows;

        Case(Target target, long events, int threads, List<Row> rows) {
            this.target = target;
            this.events = events;
            this.threads = threads;
            this.rows = rows;
        }

        /** Every call must come out as a record, or be counted as lost, or have been overwritten by newer ones in a flight recorder. */
        void recorded(String mode, List<String> clauses, String work, TraplessRunner.Mode how)
                throws IOException, BenchException {
            measure(mode, clauses, work, how, true, events * threads * clauses.size());
        }

        /** No call may come out. */
        void silent(String mode, String clause, boolean enabled) throws IOException, BenchException {
            measure(mode, List.of(clause), "work", TraplessRunner.Mode.FLIGHT_RECORDER, enabled, 0);
        }

        void afterDetach() throws IOException, BenchException {
            // the process has been traced five times by now
            Measurement after = target.run("work", events, threads);
            Measurement again = target.run("work", events, threads);
            rows.add(row("after detach", after, again, 0, 0));
        }

        private void measure(
                String mode,
                List<String> clauses,
                String work,
                TraplessRunner.Mode how,
                boolean enabled,
                long expectedEvents)
                throws IOException, BenchException {
            Measurement baseline = target.run(work, events, threads);
            Path trace = programs.path("trace-" + traces++);
            try {
                double cpuBefore = CpuTime.seconds(ProcessHandle.current().pid());
                TraplessRunner.Recording recording = runner.attach(target.pid(), clauses, how, BUFFER_BYTES, trace);
                recording.setEnabled(enabled);
                Measurement run = target.run(work, events, threads);
                TraplessRunner.Totals totals = recording.detach();
                double tracerSeconds = CpuTime.seconds(ProcessHandle.current().pid()) - cpuBefore;
                if (!isRight(totals, how, expectedEvents)) {
                    throw new BenchException(mode + ": " + totals.events() + " events and " + totals.lost()
                            + " lost of " + expectedEvents + ": the count is wrong; report it");
                }
                rows.add(row(mode, run, baseline, totals.lost(), tracerSeconds));
            } finally {
                Programs.delete(trace);
            }
        }

        /** A flight recorder keeps the newest, as many as its rings hold: fewer than there were, but never one too many. */
        private static boolean isRight(TraplessRunner.Totals totals, TraplessRunner.Mode how, long expectedEvents) {
            long told = totals.events() + totals.lost();
            return switch (how) {
                case DISK, TRAP -> told == expectedEvents;
                case FLIGHT_RECORDER -> told == expectedEvents || (totals.events() > 0 && told < expectedEvents);
            };
        }

        private Row row(String mode, Measurement run, Measurement baseline, long lost, double tracerSeconds) {
            return new Row(
                    TOOL,
                    mode,
                    threads,
                    run.events(),
                    run.nanosPerEvent(),
                    baseline.nanosPerEvent(),
                    run.cpuNanos() / 1e9 + tracerSeconds,
                    lost,
                    null);
        }
    }
}
