package io.trapless.tracer.ring;

import java.io.IOException;
import java.io.Serial;

/** A session's ring file cannot be created or used; the message is one sentence for the user. */
public final class SessionFileException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Reason {
        EXISTS,
        NO_SPACE,
        NO_PERMISSION,
        NOT_FOUND,
        NOT_A_PLAIN_FILE,
        DAMAGED,
        OTHER_VERSION,
        IO
    }

    private final Reason reason;

    SessionFileException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
