package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceClock;
import io.trapless.tracer.ring.RingId;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Gets a recording's events while they come, soon after they happened: for programs that run over them. What it is told of comes in order: the clock, then event ids before their first records, then packets.
 */
public interface EventTap {
    /** How time stamps become wall time. Once, before all else. */
    void begin(TraceClock clock);

    /**
     * An event id has a meaning.
     *
     * @param source index of its {@link CaptureSource} in the request
     */
    void known(EventType event, int source);

    /** A process is recorded, or has loaded something since. What it has mapped is there to be read. */
    default void appeared(int pid) {}

    /** A recorded process has forked one that is recorded too. */
    default void forked(int parent, int child) {}

    /**
     * A packet of one ring, checked, in the order of the ring. On the consumer's thread; it may wait, and the rings fill meanwhile.
     *
     * @param packet a CTF packet; valid during the call only
     */
    void packet(RingId ring, MemorySegment packet) throws IOException;

    /**
     * All that was committed in any ring by a certain moment has been handed over. On the consumer's thread.
     *
     * @param tscCycles the moment
     */
    void polled(long tscCycles);

    /** Whether so much waits to be looked at that what comes had better stay in its ring while there is room. */
    boolean hasPlenty();
}
