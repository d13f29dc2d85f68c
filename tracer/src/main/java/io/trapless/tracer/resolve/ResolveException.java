package io.trapless.tracer.resolve;

/** Carries a refusal out of the depth of one look-up; it never leaves the package. */
final class ResolveException extends Exception {
    private static final long serialVersionUID = 1;

    private final RefusalReason reason;

    ResolveException(RefusalReason reason, String sentence) {
        super(sentence, null, false, false);
        this.reason = reason;
    }

    Refusal refusal(String probe) {
        return new Refusal(probe, reason, sentence());
    }

    String sentence() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
