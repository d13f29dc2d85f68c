package io.trapless.cli.program;

import io.trapless.script.run.EventSource;
import io.trapless.tracer.attach.LaunchedProcess;
import java.util.concurrent.TimeUnit;

/** A command without a probe in it: no events, but an end. */
final class CommandSource implements EventSource {
    private static final int SIGTERM = 15;

    private final LaunchedProcess command;

    CommandSource(LaunchedProcess command) {
        this.command = command;
    }

    @Override
    public long attachedProbes() {
        return 0;
    }

    @Override
    public boolean isRecorded() {
        return false;
    }

    @Override
    public void begin() {}

    @Override
    public void poll(Sink sink, long timeoutNanos) {
        command.awaitExit((int) TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
    }

    @Override
    public boolean isEnded() {
        return !command.isRunning();
    }

    @Override
    public void stop() {
        if (command.isRunning()) {
            command.signal(SIGTERM);
        }
    }

    @Override
    public long lostEvents() {
        return 0;
    }

    @Override
    public void close() {
        stop();
    }
}
