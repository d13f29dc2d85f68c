package io.trapless.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless detach}, parsed.
 *
 * @param pids processes to clean, each positive; not empty
 * @param shmPath base folder of the sessions, or null: the default
 */
public record DetachRequest(List<Integer> pids, @Nullable Path shmPath) {

    /** Copies the list. */
    public DetachRequest {
        pids = List.copyOf(pids);
    }
}
