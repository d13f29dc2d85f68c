package io.trapless.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapless bench}. */
@Command(description = "Measures the cost of one event, side by side with every peer that is installed and permitted.")
final class BenchCommand implements Subcommand {
    private static final int MAX_THREADS = 1024;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "events a thread; default: ${DEFAULT-VALUE}")
    private long events;

    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "thread counts; default: ${DEFAULT-VALUE}")
    private List<Integer> threads = new ArrayList<>();

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "all",
            description = "all, none, or names: lttng, uftrace, uprobe, bpftrace; default: ${DEFAULT-VALUE}")
    private List<String> peers = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often to measure; the best round counts; default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "write the rows to this file as well")
    private @Nullable Path json;

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (events <= 0) {
            return Outcome.wrongUsage("--events must be positive");
        }
        if (rounds <= 0) {
            return Outcome.wrongUsage("--rounds must be positive");
        }
        if (threads.isEmpty() || threads.stream().anyMatch(count -> count < 1 || count > MAX_THREADS)) {
            return Outcome.wrongUsage("--threads takes counts from 1 to " + MAX_THREADS + ", like 1,2,4");
        }
        terminal.stop().listenToSignals();
        return actions.bench(new BenchRequest(events, threads, peers, rounds, json), terminal);
    }
}
