package io.trapless.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless preload}, parsed.
 *
 * @param clauses texts of the {@code -e} options, one clause of the probe language each, in order; not empty
 * @param session name of the session to make, or null: choose one
 * @param object file of the shared object, or null: in the session's folder
 * @param mode what happens when a ring is full
 * @param bufferSizeBytes bytes of ring for each CPU
 * @param shmPath base folder of the session, or null: the default
 * @param systemCalls whether memory behind unproven pointers may be read by a system call
 */
public record PreloadRequest(
        List<String> clauses,
        @Nullable String session,
        @Nullable Path object,
        FullRing mode,
        long bufferSizeBytes,
        @Nullable Path shmPath,
        boolean systemCalls) {

    /** Copies the list. */
    public PreloadRequest {
        clauses = List.copyOf(clauses);
    }
}
