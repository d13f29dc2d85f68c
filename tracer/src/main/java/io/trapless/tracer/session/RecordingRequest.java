package io.trapless.tracer.session;

import io.trapless.language.slice.TableShape;
import io.trapless.language.syntax.Clause;
import io.trapless.tracer.ring.RecordingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to record.
 *
 * @param sources probes, filters and captures; at least one
 * @param pids processes to attach to
 * @param command a command to start and trace from its entry point, or empty
 * @param output folder of the trace; must not exist, or be empty; or {@link #NOWHERE}
 * @param bufferSizeBytes of ring for each CPU; rounded up to a power of two
 * @param maxEvents events after which to stop, or {@code Long.MAX_VALUE}
 * @param base folder for the session's files, or null: the default
 * @param systemCalls whether unproven pointers may be read by a system call
 * @param reach which processes and modules beyond those there are
 * @param options what else it may do
 * @param tap gets the events while they come, or null
 * @param tables what the aggregations of the sources' programs go into, by their numbers
 * @param mirrors how many mirrors the sources' programs have
 */
public record RecordingRequest(
        List<CaptureSource> sources,
        List<Integer> pids,
        List<String> command,
        Path output,
        RecordingMode mode,
        long bufferSizeBytes,
        long maxEvents,
        @Nullable Path base,
        boolean systemCalls,
        Reach reach,
        RecordingOptions options,
        @Nullable EventTap tap,
        List<TableShape> tables,
        int mirrors) {
    /** No trace is written: the events are for the tap alone. */
    public static final Path NOWHERE = Path.of("/dev/null");

    public RecordingRequest {
        sources = List.copyOf(sources);
        pids = List.copyOf(pids);
        command = List.copyOf(command);
        tables = List.copyOf(tables);
    }

    /** Clauses into a trace. */
    public RecordingRequest(
            List<Clause> clauses,
            List<Integer> pids,
            List<String> command,
            Path output,
            RecordingMode mode,
            long bufferSizeBytes,
            long maxEvents,
            @Nullable Path base,
            boolean systemCalls,
            Reach reach,
            RecordingOptions options) {
        this(
                (options.durations() ? Durations.completed(clauses) : clauses)
                        .stream().map(CaptureSource::of).toList(),
                pids,
                command,
                output,
                mode,
                bufferSizeBytes,
                maxEvents,
                base,
                systemCalls,
                reach,
                options,
                null,
                List.of(),
                0);
    }

    /** Without options. */
    public RecordingRequest(
            List<Clause> clauses,
            List<Integer> pids,
            List<String> command,
            Path output,
            RecordingMode mode,
            long bufferSizeBytes,
            long maxEvents,
            @Nullable Path base,
            boolean systemCalls,
            Reach reach) {
        this(
                clauses,
                pids,
                command,
                output,
                mode,
                bufferSizeBytes,
                maxEvents,
                base,
                systemCalls,
                reach,
                RecordingOptions.NONE);
    }

    /** All that is bound: the sources, and behind them the clauses of triggers. */
    List<CaptureSource> allSources() {
        List<CaptureSource> all = new ArrayList<>(sources);
        triggerClauses().forEach(clause -> all.add(CaptureSource.of(clause)));
        return all;
    }

    /** Whether there is to be a trace. */
    boolean writesTrace() {
        return !output.equals(NOWHERE);
    }

    /** The clauses whose firing makes a snapshot. */
    List<Clause> triggerClauses() {
        List<Clause> triggers = new ArrayList<>();
        for (SnapshotTrigger trigger : options.snapshotOn()) {
            if (trigger instanceof SnapshotTrigger.Fires(Clause clause)) {
                triggers.add(clause);
            }
        }
        return triggers;
    }
}
