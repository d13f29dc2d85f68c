package io.trapless.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the benchmark: every round measures every tool with every thread count, one after the other, so that a slow minute of the machine hits all of them;
 * of a row's rounds the one with the least CPU time for an event is kept, because noise only ever adds.
 */
public final class Bench {
    private final BenchOptions options;
    private final @Nullable TraplessRunner runner;
    private final PrintStream progress;
    private final BooleanSupplier stop;

    /**
     * A benchmark that has not run.
     *
     * @param runner the way to the tracer, or null to measure the peers alone
     * @param progress where to say what is being measured
     * @param stop whether the user wants it to end; asked before each tool is measured
     */
    public Bench(BenchOptions options, @Nullable TraplessRunner runner, PrintStream progress, BooleanSupplier stop) {
        this.options = options;
        this.runner = runner;
        this.progress = progress;
        this.stop = stop;
    }

    /**
     * Measures and prints the table.
     *
     * @param json file for the rows, or null
     * @throws BenchException if nothing can be measured at all, with a sentence for the user
     */
    public void run(PrintStream out, @Nullable Path json) throws IOException, InterruptedException, BenchException {
        List<Row> rows = measure();
        Report.printTable(rows, out);
        if (json != null) {
            Files.writeString(json, Report.json(rows));
        }
    }

    /** Measures everything; see the class. */
    List<Row> measure() throws IOException, InterruptedException, BenchException {
        List<Row> rows = new ArrayList<>();
        try (Programs programs = Programs.unpack()) {
            List<Peer> peers = peers(programs, programs.compile("loop"));
            try {
                for (int round = 1; round <= options.rounds(); round++) {
                    for (int threads : options.threads()) {
                        for (Peer peer : peers) {
                            if (stop.getAsBoolean()) {
                                throw new BenchException("stopped before everything was measured; run it again");
                            }
                            progress.printf("round %d, %d threads: %s%n", round, threads, peer.name());
                            progress.flush();
                            measure(peer, threads).forEach(row -> merge(rows, row));
                        }
                    }
                }
            } finally {
                for (Peer peer : peers) {
                    peer.close();
                }
            }
        }
        return sorted(rows);
    }

    private List<Row> measure(Peer peer, int threads) throws IOException, InterruptedException {
        try {
            return peer.measure(options.events(), threads);
        } catch (BenchException e) {
            return List.of(Row.unavailable(peer.name(), threads + " threads", String.valueOf(e.getMessage())));
        }
    }

    private List<Peer> peers(Programs programs, Path loop) throws BenchException {
        List<Peer> all = List.of(
                new LttngPeer(programs),
                new UftracePeer(programs),
                new KernelUprobePeer(loop),
                new BpftracePeer(programs, loop));
        List<Peer> chosen = new ArrayList<>();
        chosen.add(new FloorPeer(loop));
        if (runner != null) {
            chosen.add(new TraplessPeer(runner, programs, loop));
            chosen.add(new ProgramPeer(runner.command(), programs, loop));
            chosen.add(new ConsumerPeer(runner, programs, loop));
        }
        for (String word : options.peers()) {
            List<Peer> named = all.stream()
                    .filter(peer -> word.equals("all") || word.equals(peer.name()))
                    .toList();
            if (named.isEmpty() && !word.equals("none")) {
                throw new BenchException(
                        "there is no peer '" + word + "'; choose all, none, lttng, uftrace, uprobe or bpftrace");
            }
            chosen.addAll(named);
        }
        return chosen;
    }

    private static void merge(List<Row> rows, Row row) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).isSameCase(row)) {
                rows.set(i, rows.get(i).best(row));
                return;
            }
        }
        rows.add(row);
    }

    /** By tool and mode in the order of their first appearance, then by threads. */
    private static List<Row> sorted(List<Row> rows) {
        List<Row> sorted = new ArrayList<>();
        for (Row first : rows) {
            for (Row row : rows) {
                if (row.tool().equals(first.tool()) && row.mode().equals(first.mode()) && !sorted.contains(row)) {
                    sorted.add(row);
                }
            }
        }
        return sorted;
    }
}
