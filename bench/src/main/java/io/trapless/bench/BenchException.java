package io.trapless.bench;

/** The benchmark, or one row of it, can't be measured here. The message is one sentence for the user. */
public final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a sentence that says what is wrong and, where that is known, what to do. */
    public BenchException(String message) {
        super(message);
    }
}
