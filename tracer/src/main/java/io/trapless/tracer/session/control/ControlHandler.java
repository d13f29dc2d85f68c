package io.trapless.tracer.session.control;

/** Does what requests ask for. Called by the server's thread, one request at a time. */
@FunctionalInterface
public interface ControlHandler {
    /** Must not throw for anything that a user can bring about. */
    ControlReply handle(ControlRequest request);
}
