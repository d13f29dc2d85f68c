package io.trapless.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which processes {@code trapless record} records beyond those that are named.
 *
 * @param follow the processes that they make, and the programs that they become
 * @param later also libraries that nobody has loaded yet, whatever their names
 * @param comms names of processes ({@code --comm}); none: any
 * @param executable path of a program ({@code --exe}), or null: any
 */
public record RecordScope(
        boolean follow,
        boolean later,
        List<String> comms,
        @Nullable String executable) {
    /** Only the processes that are named. */
    public static final RecordScope NAMED = new RecordScope(false, false, List.of(), null);

    public RecordScope {
        comms = List.copyOf(comms);
    }
}
