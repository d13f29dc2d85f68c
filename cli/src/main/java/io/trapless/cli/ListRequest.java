package io.trapless.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless list}, parsed. Exactly one of {@code pid} and {@code file} is given.
 *
 * @param pid a live process, or null
 * @param file an executable or a library, or null
 * @param pattern probe pattern such as {@code uprobe:libc:mal*}, or null: everything
 */
public record ListRequest(
        @Nullable Integer pid,
        @Nullable Path file,
        @Nullable String pattern) {}
