package io.trapless.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code trapless list --coverage}, parsed.
 *
 * @param files executables, libraries, and directories that hold some; at least one
 */
public record CoverageRequest(List<Path> files) {
    public CoverageRequest {
        files = List.copyOf(files);
    }
}
