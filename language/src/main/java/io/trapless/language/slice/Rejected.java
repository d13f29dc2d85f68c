package io.trapless.language.slice;

import io.trapless.language.diagnostic.Diagnostic;

/** Ends the checking of one expression; {@link Slice} catches it and goes on with the next. */
final class Rejected extends RuntimeException {
    private final transient Diagnostic diagnostic;

    Rejected(Diagnostic diagnostic) {
        super(null, null, false, false);
        this.diagnostic = diagnostic;
    }

    Diagnostic diagnostic() {
        return diagnostic;
    }
}
