package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.SetRequest;
import io.trapless.cli.SnapshotRequest;
import io.trapless.cli.Terminal;
import io.trapless.tracer.session.control.ControlClient;
import io.trapless.tracer.session.control.ControlReply;
import io.trapless.tracer.session.control.ControlRequest;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionFinder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code trapless set} and {@code trapless snapshot}: they ask the recording. */
public final class ControlAction {
    /** The recording answers within milliseconds, unless another request keeps it. */
    private static final Duration SET_PATIENCE = Duration.ofSeconds(60);

    /** Rings of many gigabytes have to be written to a disk. */
    private static final Duration SNAPSHOT_PATIENCE = Duration.ofHours(1);

    private ControlAction() {}

    /** Switches probes. */
    public static Outcome set(SetRequest request, Terminal terminal) {
        return ask(
                request.session(),
                request.shmPath(),
                new ControlRequest.Switch(request.probe(), request.on()),
                SET_PATIENCE,
                terminal);
    }

    /** Takes a snapshot. */
    public static Outcome snapshot(SnapshotRequest request, Terminal terminal) {
        return ask(
                request.session(),
                request.shmPath(),
                new ControlRequest.Snapshot(request.output().toAbsolutePath().normalize()),
                SNAPSHOT_PATIENCE,
                terminal);
    }

    private static Outcome ask(
            String session, @Nullable Path shmPath, ControlRequest request, Duration patience, Terminal terminal) {
        try {
            SessionDirectory directory = SessionFinder.findLive(shmPath, System.getenv(), session);
            ControlReply reply = ControlClient.ask(directory.path(), request, patience);
            // The sentence may come from a process of another user.
            String sentence = reply.sentence().replaceAll("\\p{Cntrl}", "?");
            return switch (reply.kind()) {
                case OK -> {
                    terminal.out().println(sentence);
                    yield Outcome.done();
                }
                case FAILED -> Outcome.failed(sentence);
                case USAGE -> Outcome.wrongUsage(sentence);
            };
        } catch (IOException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        }
    }
}
