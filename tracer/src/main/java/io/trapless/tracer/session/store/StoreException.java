package io.trapless.tracer.session.store;

import java.io.IOException;
import java.io.Serial;

/** A session's directory or one of its private files cannot be used; the message is one sentence for the user. */
public final class StoreException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Reason {
        NO_SUCH_SESSION,
        EXISTS,
        NOT_PRIVATE,
        DAMAGED,
        STILL_LIVE,
        IO
    }

    private final Reason reason;

    StoreException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    StoreException(Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
