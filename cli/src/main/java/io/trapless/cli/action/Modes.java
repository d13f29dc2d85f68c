package io.trapless.cli.action;

import io.trapless.cli.FullRing;
import io.trapless.tracer.ring.RecordingMode;

/** The command line's words for what happens when a ring is full. */
final class Modes {
    private Modes() {}

    static RecordingMode of(FullRing mode) {
        return switch (mode) {
            case DISCARD -> RecordingMode.DISCARD;
            case OVERWRITE -> RecordingMode.OVERWRITE;
            case BLOCK -> RecordingMode.BLOCK;
        };
    }
}
