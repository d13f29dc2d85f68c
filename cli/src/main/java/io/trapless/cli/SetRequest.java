package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless set}, parsed.
 *
 * @param session what the user calls it
 * @param probe a name or pattern, not empty
 * @param on what to switch it to
 * @param shmPath base folder of the session, or null: the default
 */
public record SetRequest(
        String session, String probe, boolean on, @Nullable Path shmPath) {}
