package io.trapless.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless record --session}, parsed.
 *
 * @param session name of a session that {@code trapless preload} made, or the path of its folder
 * @param output folder of the trace, or null: choose one in the working directory
 * @param duration how long to record, or null: until Ctrl-C
 * @param maxEvents events after which recording ends, positive, or null: no limit
 * @param shmPath base folder of the session, or null: the default
 * @param summary file for the JSON summary, or null: none
 * @param quiet no live line and no summary on the terminal
 */
public record SessionRecordRequest(
        String session,
        @Nullable Path output,
        @Nullable Duration duration,
        @Nullable Long maxEvents,
        @Nullable Path shmPath,
        @Nullable Path summary,
        boolean quiet) {}
