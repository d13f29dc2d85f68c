package io.trapless.language.diagnostic;

import org.jspecify.annotations.Nullable;

/**
 * One error in a text.
 *
 * @param message one sentence: what is wrong
 * @param span where
 * @param hint what to do, or null
 */
public record Diagnostic(
        Problem problem,
        String message,
        Span span,
        @Nullable String hint) {
    /** The same with a hint. */
    public Diagnostic hint(@Nullable String newHint) {
        return new Diagnostic(problem, message, span, newHint);
    }
}
