package io.trapless.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code trapless bench}, parsed.
 *
 * @param events events a thread and a measurement, positive
 * @param threads thread counts to measure with, each from 1 to 1024
 * @param peers names of the peers to measure beside Trapless, {@code all}, or {@code none}; not empty
 * @param rounds how often everything is measured, positive
 * @param json file for the rows, or null: none
 */
public record BenchRequest(
        long events,
        List<Integer> threads,
        List<String> peers,
        int rounds,
        @Nullable Path json) {

    /** Copies the lists. */
    public BenchRequest {
        threads = List.copyOf(threads);
        peers = List.copyOf(peers);
    }
}
