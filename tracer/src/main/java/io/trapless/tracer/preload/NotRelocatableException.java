package io.trapless.tracer.preload;

import java.io.Serial;

/** Code depends on the place where it lies in a way that the initializer cannot follow; the message says how. */
public final class NotRelocatableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** @param message why, without a full stop */
    public NotRelocatableException(String message) {
        super(message);
    }
}
