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
}
