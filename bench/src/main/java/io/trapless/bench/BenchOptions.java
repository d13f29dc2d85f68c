package io.trapless.bench;

import java.util.List;

/**
 * What to measure.
 *
 * @param events events a thread, positive; tools that are too slow for so many get fewer, and their rows say how many
 * @param threads thread counts
 * @param peers names of peers, {@code all} or {@code none}
 * @param rounds how often everything is measured; the best round counts
 */
public record BenchOptions(long events, List<Integer> threads, List<String> peers, int rounds) {

    /** Copies the lists. */
    public BenchOptions {
        threads = List.copyOf(threads);
        peers = List.copyOf(peers);
    }
}
