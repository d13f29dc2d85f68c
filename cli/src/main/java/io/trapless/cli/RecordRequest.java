package io.trapless.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless record}, parsed. At least one clause is given; without pids and command every process is meant.
 *
 * @param pids processes to attach to, each positive, without repetition
 * @param clauses texts of the {@code -e} options, one clause of the probe language each, in order; not empty
 * @param output folder of the trace, or null: choose one in the working directory
 * @param mode what happens when a ring is full
 * @param bufferSizeBytes bytes of ring for each CPU
 * @param duration how long to record, or null: until the target ends or Ctrl-C
 * @param maxEvents events after which recording ends, positive, or null: no limit
 * @param shmPath base folder of the session, or null: the default
 * @param summary file for the JSON summary, or null: none
 * @param quiet no live line and no summary on the terminal
 * @param systemCalls whether memory behind unproven pointers may be read by a system call
 * @param command the command to start and trace with its arguments, or empty
 * @param scope which processes beyond those that are named
 * @param extras what else is asked for
 */
public record RecordRequest(
        List<Integer> pids,
        List<String> clauses,
        @Nullable Path output,
        FullRing mode,
        long bufferSizeBytes,
        @Nullable Duration duration,
        @Nullable Long maxEvents,
        @Nullable Path shmPath,
        @Nullable Path summary,
        boolean quiet,
        boolean systemCalls,
        List<String> command,
        RecordScope scope,
        RecordExtras extras) {

    /** Copies the lists. */
    public RecordRequest {
        pids = List.copyOf(pids);
        clauses = List.copyOf(clauses);
        command = List.copyOf(command);
    }

    /** Without extras. */
    public RecordRequest(
            List<Integer> pids,
            List<String> clauses,
            @Nullable Path output,
            FullRing mode,
            long bufferSizeBytes,
            @Nullable Duration duration,
            @Nullable Long maxEvents,
            @Nullable Path shmPath,
            @Nullable Path summary,
            boolean quiet,
            boolean systemCalls,
            List<String> command,
            RecordScope scope) {
        this(
                pids,
                clauses,
                output,
                mode,
                bufferSizeBytes,
                duration,
                maxEvents,
                shmPath,
                summary,
                quiet,
                systemCalls,
                command,
                scope,
                RecordExtras.NONE);
    }
}
