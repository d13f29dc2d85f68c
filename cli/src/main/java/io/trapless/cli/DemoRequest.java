package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless demo}, parsed.
 *
 * @param output folder of the trace, or null: choose one
 */
public record DemoRequest(@Nullable Path output) {}
