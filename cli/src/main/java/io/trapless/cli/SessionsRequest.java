package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless sessions}, parsed.
 *
 * @param shmPath base folder of the sessions, or null: the default
 * @param remove name of the session to delete, or null: list all
 */
public record SessionsRequest(
        @Nullable Path shmPath, @Nullable String remove) {}
