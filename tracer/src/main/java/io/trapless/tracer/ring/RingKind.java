package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;

/** How the writers of a ring publish a record. */
public enum RingKind {
    /** By the last store of a restartable sequence. */
    RSEQ(PacketDescriptor.RING_RSEQ),
    /** By an atomic reservation and a commit mark, where there is no rseq. */
    ATOMIC(PacketDescriptor.RING_ATOMIC);

    private final int code;

    RingKind(int code) {
        this.code = code;
    }

    /** The value of the packet context's ringKind field. */
    public int code() {
        return code;
    }
}
