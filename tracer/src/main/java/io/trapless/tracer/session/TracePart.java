package io.trapless.tracer.session;

import java.nio.file.Path;

/**
 * One of the traces of a recording that makes several.
 *
 * @param cause why it was made, in words that continue "because": {@code process 12 was killed by signal 11}; empty for a rotation
 */
public record TracePart(Path trace, long events, String cause) {}
