package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.RecoverRequest;
import io.trapless.cli.Terminal;
import io.trapless.trace.ctf.TraceException;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.SessionFileException;
import io.trapless.tracer.session.SessionRecovery;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** {@code trapless recover}. */
public final class RecoverAction {
    private RecoverAction() {}

    public static Outcome run(RecoverRequest request, Terminal terminal) throws IOException {
        try {
            SessionDirectory session = Sessions.open(request.session(), request.shmPath());
            SessionRecovery.Result result = SessionRecovery.recover(session, request.output());
            terminal.out().println(summary(session, result, request.output()));
            return Outcome.done();
        } catch (StoreException | SessionFileException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        } catch (TraceException e) {
            return Outcome.failed(e.getMessage() == null ? "the trace can't be written" : e.getMessage());
        }
    }

    private static String summary(SessionDirectory session, SessionRecovery.Result result, Path output) {
        ConsumerStatistics statistics = result.statistics();
        StringBuilder line = new StringBuilder();
        line.append(statistics.events()).append(statistics.events() == 1 ? " event, " : " events, ");
        line.append(statistics.lost()).append(" lost, recovered into ").append(output);
        if (statistics.malformedPackets() > 0) {
            line.append("; ").append(statistics.malformedPackets()).append(" damaged packets were cut");
        }
        if (result.deleted()) {
            line.append("; the session is deleted");
        } else if (result.users().isEmpty()) {
            line.append("; the session stays in ").append(session.path());
        } else {
            line.append("; the session stays, its probes are still in place: trapless detach ")
                    .append(result.users().stream().map(pid -> "-p " + pid).collect(Collectors.joining(" ")));
        }
        return line.toString();
    }
}
