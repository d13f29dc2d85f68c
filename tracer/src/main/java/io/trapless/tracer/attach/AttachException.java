package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;

/** Carries an {@link AttachRefusal} up to whoever can tell the user. Nothing was changed in the target unless the thrower says so. */
public final class AttachException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient AttachRefusal refusal;

    public AttachException(Reason reason, String sentence) {
        super(sentence);
        refusal = new AttachRefusal(reason, sentence);
    }

    public AttachRefusal refusal() {
        return refusal;
    }

    public Reason reason() {
        return refusal.reason();
    }

    static AttachException gone(int pid) {
        return new AttachException(
                Reason.TARGET_GONE, "process " + pid + " ended (or became another program) meanwhile");
    }
}
