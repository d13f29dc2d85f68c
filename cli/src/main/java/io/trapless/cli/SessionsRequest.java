package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless sessions}, parsed.
 *
 * @param shmPath base folder of the sessions, or null: the default
 */
public record SessionsRequest(@Nullable Path shmPath) {}
