package io.trapless.tracer.session;

import io.trapless.language.syntax.Clause;
import io.trapless.tracer.ring.RecordingMode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to record.
 *
 * @param sources probes, filters and captures; at least one
 * @param pids processes to attach to
 * @param command a command to start and trace from its entry point, or empty
 * @param output folder of the trace; must not exist, or be empty; null: no trace is written
 * @param bufferSizeBytes of ring for each CPU; rounded up to a power of two
 * @param maxEvents events after which to stop, or {@code Long.MAX_VALUE}
 * @param base folder for the session's files, or null: the default
 * @param systemCalls whether unproven pointers may be read by a system call
 * @param reach which processes and modules beyond those there are
 * @param tap gets the events while they come, or null
 */
public record RecordingRequest(
        List<CaptureSource> sources,
        List<Integer> pids,
        List<String> command,
        @Nullable Path output,
        RecordingMode mode,
        long bufferSizeBytes,
        long maxEvents,
        @Nullable Path base,
        boolean systemCalls,
        Reach reach,
        @Nullable EventTap tap) {
    public RecordingRequest {
        sources = List.copyOf(sources);
        pids = List.copyOf(pids);
        command = List.copyOf(command);
    }

    /** Clauses into a trace. */
    public static RecordingRequest ofClauses(
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
        return new RecordingRequest(
                clauses.stream().map(CaptureSource::of).toList(),
                pids,
                command,
                output,
                mode,
                bufferSizeBytes,
                maxEvents,
                base,
                systemCalls,
                reach,
                null);
    }
}
