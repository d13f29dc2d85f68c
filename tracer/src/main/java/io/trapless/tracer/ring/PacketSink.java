package io.trapless.tracer.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Takes the packets of a session, each whole and checked. Called by the consumer's thread only. */
public interface PacketSink {
    /**
     * Takes one packet, in the order of its ring.
     *
     * @param packet a CTF packet that ends with its last record; valid during the call only
     * @param records events in it
     * @throws IOException it cannot be stored; the message is one sentence for the user, and the consumer stops
     */
    void accept(RingId ring, MemorySegment packet, long records) throws IOException;

    /** Whether events are wanted soon: then a sub-buffer that fills slowly comes in several packets. Always the same answer. */
    default boolean wantsParts() {
        return false;
    }

    /** Whether so much waits to be looked at that what comes had better stay in its ring while there is room. Never without {@link #wantsParts}. */
    default boolean hasPlenty() {
        return false;
    }

    /**
     * All rings have been looked at once: with {@link #wantsParts}, all that was committed by then has been handed over.
     *
     * @param tscCycles read before the first of them was looked at
     */
    default void polled(long tscCycles) {}
}
