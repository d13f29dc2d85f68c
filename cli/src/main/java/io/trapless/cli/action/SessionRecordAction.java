package io.trapless.cli.action;

import io.trapless.cli.LiveLine;
import io.trapless.cli.Outcome;
import io.trapless.cli.SessionRecordRequest;
import io.trapless.cli.Terminal;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.session.PreloadRecording;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingSummary;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code trapless record --session}. */
public final class SessionRecordAction {
    private static final long LIVE_LINE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SessionRecordRequest request;
    private final Terminal terminal;

    private SessionRecordAction(SessionRecordRequest request, Terminal terminal) {
        this.request = request;
        this.terminal = terminal;
    }

    public static Outcome run(SessionRecordRequest request, Terminal terminal)
            throws InterruptedException, IOException {
        return new SessionRecordAction(request, terminal).run();
    }

    private Outcome run() throws InterruptedException, IOException {
        try {
            @Nullable Outcome impossible = RecordAction.checkSummaryFile(request.summary());
            if (impossible != null) {
                return impossible;
            }
            PreloadRecording recording = PreloadRecording.start(
                    Sessions.find(request.session(), request.shmPath()),
                    RecordAction.outputOr(request.output()),
                    request.maxEvents() == null ? Long.MAX_VALUE : request.maxEvents());
            RecordingSummary summary = record(recording);
            if (request.summary() != null) {
                SummaryJson.write(summary, request.summary());
            }
            SummaryText.report(summary, request.quiet(), terminal);
            return Outcome.done();
        } catch (RecordingException e) {
            return Outcome.failed(e.sentence());
        }
    }

    private RecordingSummary record(PreloadRecording recording) throws RecordingException, InterruptedException {
        if (!request.quiet()) {
            int probes = recording.eventCount();
            terminal.say("recording " + probes + (probes == 1 ? " probe" : " probes")
                    + " of programs that preload the session; Ctrl-C ends it");
        }
        long begin = System.nanoTime();
        long end =
                request.duration() == null ? Long.MAX_VALUE : request.duration().toNanos();
        LiveLine line = new LiveLine(terminal, request.quiet(), begin);
        long nextLine = LIVE_LINE_NANOS;
        while (true) {
            long now = System.nanoTime() - begin;
            if (now >= end || terminal.stop().isRequested() || recording.awaitEnd(Math.min(POLL_NANOS, end - now))) {
                break;
            }
            if (now >= nextLine) {
                nextLine = now + LIVE_LINE_NANOS;
                ConsumerStatistics statistics = recording.statistics();
                line.update(System.nanoTime(), statistics.events(), statistics.lost(), statistics.bytes());
            }
        }
        line.clear();
        return recording.finish();
    }
}
