package io.trapless.tracer.ring;

import io.trapless.layout.SessionHeaderDescriptor;

/** What a writer does when its ring is full. */
public enum RecordingMode {
    /** The event is lost, and counted. */
    DISCARD(SessionHeaderDescriptor.MODE_DISCARD),
    /** The oldest sub-buffer is written over (flight recorder). */
    OVERWRITE(SessionHeaderDescriptor.MODE_OVERWRITE),
    /** The writer waits for the reader. */
    BLOCK(SessionHeaderDescriptor.MODE_BLOCK);

    private final int code;

    RecordingMode(int code) {
        this.code = code;
    }

    /** The value of the session header's mode field. */
    public int code() {
        return code;
    }
}
