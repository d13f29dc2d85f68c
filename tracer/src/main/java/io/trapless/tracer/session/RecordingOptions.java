package io.trapless.tracer.session;

import java.nio.file.Path;
import java.util.List;

/**
 * What a recording may do beside recording into one trace.
 *
 * @param rotation of its traces; not in overwrite mode
 * @param snapshotOn what makes a flight recorder (overwrite mode) write a trace; empty: its end does
 * @param traps whether the kernel's breakpoints may serve where no jump is possible
 * @param durations whether entries and exits of functions are both recorded, with what pairs them
 * @param debugFolders where debugging information is looked for besides the usual places
 */
public record RecordingOptions(
        Rotation rotation,
        List<SnapshotTrigger> snapshotOn,
        boolean traps,
        boolean durations,
        List<Path> debugFolders) {
    /** One trace, no snapshots, no traps. */
    public static final RecordingOptions NONE = new RecordingOptions(Rotation.NONE, List.of(), false, false, List.of());

    public RecordingOptions {
        snapshotOn = List.copyOf(snapshotOn);
        debugFolders = List.copyOf(debugFolders);
    }

    /** The same with folders of debugging information. */
    public RecordingOptions withDebugFolders(List<Path> folders) {
        return new RecordingOptions(rotation, snapshotOn, traps, durations, folders);
    }

    /** Whether traces are numbered folders in that of the recording. */
    boolean hasNumberedTraces() {
        return rotation.isAny() || !snapshotOn.isEmpty();
    }
}
