package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;

/** Where a packet's records come from: how the writers of a ring publish them. */
public enum RingKind {
    /** By the last store of a restartable sequence. */
    RSEQ(PacketDescriptor.RING_RSEQ),
    /** By an atomic reservation and a commit mark, where there is no rseq. */
    ATOMIC(PacketDescriptor.RING_ATOMIC),
    /** No ring of the session: records that come from an {@link EventSource}. */
    TRAP(PacketDescriptor.RING_TRAP);

    private final int code;

    RingKind(int code) {
        this.code = code;
    }

    /** The value of the packet context's ringKind field. */
    public int code() {
        return code;
    }
}
