package io.trapless.tracer.session;

import io.trapless.language.syntax.Clause;
import io.trapless.tracer.ring.RecordingMode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session for processes that arm themselves.
 *
 * @param clauses probes, filters and captures; at least one
 * @param name of the session, or null: one is made up
 * @param object where to write the shared object, or null: into the session's directory
 * @param bufferSizeBytes of ring for each CPU; rounded up to a power of two
 * @param base folder for the session's files, or null: the default
 * @param systemCalls whether unproven pointers may be read by a system call
 */
public record PreloadRequest(
        List<Clause> clauses,
        @Nullable String name,
        @Nullable Path object,
        RecordingMode mode,
        long bufferSizeBytes,
        @Nullable Path base,
        boolean systemCalls) {
    public PreloadRequest {
        clauses = List.copyOf(clauses);
    }
}
