package io.trapless.tracer.ring;

/**
 * Names one ring of a session.
 *
 * @param cpu from 0 to the session's CPU count less one
 */
public record RingId(RingKind kind, int cpu) {
    /** A short name that is unique in the session and fit for a file: {@code cpu0}, {@code cpu0_atomic}. */
    public String streamName() {
        return "cpu" + cpu
                + switch (kind) {
                    case RSEQ -> "";
                    case ATOMIC -> "_atomic";
                    case TRAP -> "_trap";
                };
    }
}
