package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless snapshot}, parsed.
 *
 * @param session what the user calls it
 * @param output folder of the trace; must not exist, or be empty
 * @param shmPath base folder of the session, or null: the default
 */
public record SnapshotRequest(
        String session, Path output, @Nullable Path shmPath) {}
