package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Errno;

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

    /** @param result the negated error number */
    static AttachException failedCall(TargetProcess target, String call, long result) {
        return new AttachException(
                Reason.REMOTE_CALL_FAILED,
                call + " in the name of process " + target.pid() + " failed: " + Errno.describe((int) -result));
    }

    static AttachException gone(int pid) {
        return new AttachException(
                Reason.TARGET_GONE, "process " + pid + " ended (or became another program) meanwhile");
    }
}
