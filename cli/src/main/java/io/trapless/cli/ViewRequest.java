package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless view}, parsed.
 *
 * @param trace folder of the trace
 * @param json one JSON object a line instead of text
 * @param limit events to print at most, positive, or null: all
 */
public record ViewRequest(
        Path trace, boolean json, @Nullable Long limit) {}
