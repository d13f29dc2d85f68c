package io.trapless.cli.action;

import io.trapless.cli.LiveLine;
import io.trapless.cli.Outcome;
import io.trapless.cli.RecordExtras;
import io.trapless.cli.RecordRequest;
import io.trapless.cli.RecordScope;
import io.trapless.cli.RotateAt;
import io.trapless.cli.Terminal;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.linux.LocalTime;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.session.Reach;
import io.trapless.tracer.session.Recording;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingOptions;
import io.trapless.tracer.session.RecordingRequest;
import io.trapless.tracer.session.RecordingSummary;
import io.trapless.tracer.session.Rotation;
import io.trapless.tracer.session.SnapshotTrigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code trapless record}. */
public final class RecordAction {
    private static final long LIVE_LINE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RecordRequest request;
    private final Terminal terminal;

    private RecordAction(RecordRequest request, Terminal terminal) {
        this.request = request;
        this.terminal = terminal;
    }

    public static Outcome run(RecordRequest request, Terminal terminal) throws InterruptedException, IOException {
        return new RecordAction(request, terminal).run();
    }

    private Outcome run() throws InterruptedException, IOException {
        try {
            Outcome impossible = checkSummaryFile(request.summary());
            if (impossible != null) {
                return impossible;
            }
            Recording recording = Recording.start(recordingRequest());
            RecordingSummary summary = record(recording);
            if (request.summary() != null) {
                SummaryJson.write(summary, request.summary());
            }
            SummaryText.report(summary, request.quiet(), terminal);
            awaitCommand(recording);
            return Outcome.done();
        } catch (RecordingException e) {
            return e.isUsage() ? Outcome.wrongUsage(e.sentence()) : Outcome.failed(e.sentence());
        }
    }

    /** Says before anything is recorded that the summary could not be written after it. */
    static @Nullable Outcome checkSummaryFile(@Nullable Path file) {
        if (file == null) {
            return null;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || (folder != null && !Files.isDirectory(folder))) {
            return Outcome.failed(file + " can't be written: "
                    + (Files.isDirectory(file) ? "it is a folder" : "its folder does not exist")
                    + "; give --summary the name of a file");
        }
        return null;
    }

    /** The folder that was asked for, or a new one in the working directory. */
    static Path outputOr(@Nullable Path asked) {
        return asked != null ? asked : Path.of("trapless-" + LocalTime.stamp());
    }

    private RecordingRequest recordingRequest() throws RecordingException {
        return new RecordingRequest(
                Clauses.parse(request.clauses()),
                request.pids(),
                request.command(),
                outputOr(request.output()),
                Modes.of(request.mode()),
                request.bufferSizeBytes(),
                request.maxEvents() == null ? Long.MAX_VALUE : request.maxEvents(),
                request.shmPath(),
                request.systemCalls(),
                reach(),
                options(request.extras()));
    }

    private static RecordingOptions options(RecordExtras extras) throws RecordingException {
        Rotation rotation = switch (extras.rotate()) {
            case null -> Rotation.NONE;
            case RotateAt.Size(long bytes) -> Rotation.bySize(bytes);
            case RotateAt.Time(Duration period) -> Rotation.byTime(period.toNanos());
        };
        List<SnapshotTrigger> triggers = new ArrayList<>();
        for (String text : extras.snapshotOn()) {
            switch (text) {
                case "crash" -> triggers.add(new SnapshotTrigger.Crash());
                case "exit" -> triggers.add(new SnapshotTrigger.Exit());
                default ->
                    triggers.add(new SnapshotTrigger.Fires(
                            Clauses.parse("--snapshot-on", List.of(text)).getFirst()));
            }
        }
        return new RecordingOptions(rotation, triggers, extras.traps(), extras.durations(), List.of());
    }

    private Reach reach() {
        RecordScope scope = request.scope();
        boolean everywhere = request.pids().isEmpty() && request.command().isEmpty();
        return new Reach(scope.follow(), scope.later(), everywhere, scope.comms(), scope.executable());
    }

    private RecordingSummary record(Recording recording) throws RecordingException, InterruptedException {
        if (!request.quiet()) {
            announce(recording);
        }
        long begin = System.nanoTime();
        long end =
                request.duration() == null ? Long.MAX_VALUE : request.duration().toNanos();
        LiveLine line = new LiveLine(terminal, request.quiet(), begin);
        long nextLine = LIVE_LINE_NANOS;
        while (true) {
            long now = System.nanoTime() - begin;
            if (now >= end || terminal.stop().isRequested()) {
                break;
            }
            if (recording.awaitEnd(Math.min(POLL_NANOS, end - now))) {
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

    /** The command is in the foreground: it may go on when recording has ended, and the shell waits for it. */
    private void awaitCommand(Recording recording) throws InterruptedException {
        LaunchedProcess command = recording.launched();
        while (command != null && command.isRunning() && !terminal.stop().isRequested()) {
            command.awaitExit((int) TimeUnit.NANOSECONDS.toMillis(POLL_NANOS));
        }
    }

    private void announce(Recording recording) {
        int refused = recording.refused().size();
        int sites = recording.siteCount(); // children may be armed meanwhile
        terminal.say("recording " + sites + (sites == 1 ? " site" : " sites")
                + (refused == 0 ? "" : ", " + refused + " refused (listed at the end)")
                + "; Ctrl-C ends it");
        for (String pattern : recording.awaited()) {
            terminal.say(pattern + " is not loaded yet; it is armed when it is");
        }
    }
}
