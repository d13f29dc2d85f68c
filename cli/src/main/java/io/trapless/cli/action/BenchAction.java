package io.trapless.cli.action;

import io.trapless.bench.Bench;
import io.trapless.bench.BenchException;
import io.trapless.bench.BenchOptions;
import io.trapless.cli.BenchRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import java.io.IOException;

/** {@code trapless bench}. */
public final class BenchAction {
    private BenchAction() {}

    public static Outcome run(BenchRequest request, Terminal terminal) throws IOException, InterruptedException {
        BenchOptions options = new BenchOptions(request.events(), request.threads(), request.peers(), request.rounds());
        try {
            new Bench(options, new BenchRunner(), terminal.err(), terminal.stop()::isRequested)
                    .run(terminal.out(), request.json());
            return Outcome.done();
        } catch (BenchException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        }
    }
}
