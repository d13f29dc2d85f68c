package io.trapless.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code record} may be asked for beside recording into one trace.
 *
 * @param rotate when to begin the next trace, or null: never
 * @param snapshotOn the {@code --snapshot-on} options: {@code crash}, {@code exit} or a clause each
 * @param traps whether the kernel's breakpoints may serve where no jump is possible
 * @param durations whether both ends of functions are recorded and paired
 */
public record RecordExtras(@Nullable RotateAt rotate, List<String> snapshotOn, boolean traps, boolean durations) {
    /** Nothing. */
    public static final RecordExtras NONE = new RecordExtras(null, List.of(), false, false);

    /** Copies the list. */
    public RecordExtras {
        snapshotOn = List.copyOf(snapshotOn);
    }
}
