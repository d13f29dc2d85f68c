package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless recover}, parsed.
 *
 * @param session name of a session, as {@code trapless sessions} prints it
 * @param output folder of the trace to write
 * @param shmPath base folder of the sessions, or null: the default
 */
public record RecoverRequest(
        String session, Path output, @Nullable Path shmPath) {}
