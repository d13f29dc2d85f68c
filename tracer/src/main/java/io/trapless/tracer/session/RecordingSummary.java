package io.trapless.tracer.session;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recording came to.
 *
 * @param events in the trace
 * @param lost events that were counted as lost
 * @param bytes of the records, packet headers not counted
 * @param attachNanos from the first process's opening to the last one's release
 * @param pauseNanos the longest time for which all of a target's threads stood still
 * @param loanNanos the longest time for which a single thread was lent for system calls while the others ran
 * @param traces the traces in {@code trace}'s folder, if there may be several: of a rotation, or snapshots
 * @param notices sentences about what went otherwise than one would expect
 */
public record RecordingSummary(
        long events,
        long lost,
        long bytes,
        Path trace,
        long attachNanos,
        long pauseNanos,
        long loanNanos,
        List<SiteResult> sites,
        List<ProcessResult> processes,
        List<RefusedProbe> refused,
        List<TracePart> traces,
        List<String> notices) {
    public RecordingSummary {
        sites = List.copyOf(sites);
        processes = List.copyOf(processes);
        refused = List.copyOf(refused);
        traces = List.copyOf(traces);
        notices = List.copyOf(notices);
    }

    /**
     * One probe at one place of one process.
     *
     * @param strategy how it was patched: {@code jump}
     * @param lost events; those of a probe that several processes have are told with the first of them
     */
    public record SiteResult(String probe, int pid, long address, String strategy, long events, long lost) {}

    /**
     * One process.
     *
     * @param parent the recorded process that made it; 0 if none did
     * @param command its arguments, as of its last program
     * @param events of all its probes
     * @param waitStatus how it ended (wait(2)), or null: it runs on, or was not followed
     */
    public record ProcessResult(
            int pid,
            int parent,
            List<String> command,
            long events,
            @Nullable Integer waitStatus) {
        public ProcessResult {
            command = List.copyOf(command);
        }
    }

    /** A probe, or one of the places it means, that was not armed. */
    public record RefusedProbe(String probe, String reason) {}
}
