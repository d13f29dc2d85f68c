package io.trapless.tracer.session;

import io.trapless.tracer.session.control.ControlServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes on beside a recording while it runs, each on a thread of its own: requests of other commands are answered, traces are rotated, snapshots are taken when something happens. Begun when everything
 * is armed, closed before anything is detached. For the thread that drives the recording.
 */
final class RecordingServices {
    private final SessionResources session;
    private final SnapshotTaker snapshots;
    private final @Nullable SnapshotTriggers triggers;
    private final @Nullable RotationTimer rotation;
    private final CompletableFuture<@Nullable ControlServer> control;
    private final List<String> notices = new ArrayList<>();

    private RecordingServices(SessionResources session, RecordingOptions options, Supplier<List<Integer>> pids) {
        this.session = session;
        this.snapshots = new SnapshotTaker(session.consumer(), session.output());
        this.triggers = options.snapshotOn().isEmpty()
                ? null
                : new SnapshotTriggers(options.snapshotOn(), session.file(), snapshots, pids);
        this.rotation = options.rotation().isByTime()
                ? new RotationTimer(
                        session.consumer(), session.output(), options.rotation().periodNanos())
                : null;
        this.control = new CompletableFuture<>();
        // Not on this thread: the classes of sockets take longer to load than anything that a user waits for here.
        Thread.ofPlatform().name("trapless-control-start").daemon().start(this::listen);
    }

    /** @param pids of the targets, asked again and again, on another thread */
    static RecordingServices start(SessionResources session, RecordingOptions options, Supplier<List<Integer>> pids) {
        return new RecordingServices(session, options, pids);
    }

    private void listen() {
        ControlServer server = null;
        try {
            server = ControlServer.start(session.directory().path(), new SessionControl(session, snapshots));
        } catch (IOException | RuntimeException e) {
            synchronized (notices) {
                notices.add("the recording could not be controlled by other commands: " + e.getMessage());
            }
        } finally {
            control.complete(server);
        }
    }

    /** Ends them all; requests and snapshots that have begun are done. */
    void close() {
        ControlServer server = control.join();
        if (server != null) {
            server.close();
        }
        if (rotation != null) {
            rotation.close();
        }
        if (triggers != null) {
            triggers.close();
        }
    }

    /** The numbered traces; complete when the recording's output is closed. */
    List<TracePart> traces() {
        List<TracePart> traces = new ArrayList<>(session.output().parts());
        traces.addAll(snapshots.numbered());
        return traces;
    }

    /** Sentences about what did not go well. */
    List<String> notices() {
        List<String> all;
        synchronized (notices) {
            all = new ArrayList<>(notices);
        }
        if (triggers != null) {
            all.addAll(triggers.failures());
        }
        return all;
    }
}
