package io.trapless.tracer.session;

import io.trapless.language.syntax.Clause;

/** When a flight recorder makes a trace of what its rings hold. */
public sealed interface SnapshotTrigger {
    /** A target is ended by a signal, or ends with a status other than 0. */
    record Crash() implements SnapshotTrigger {}

    /** A target ends. */
    record Exit() implements SnapshotTrigger {}

    /**
     * A probe fires, and its filter lets it pass; the event is recorded too.
     *
     * @param clause as those of the recording
     */
    record Fires(Clause clause) implements SnapshotTrigger {}
}
