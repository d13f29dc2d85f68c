package io.trapless.tracer.session;

import io.trapless.tracer.ring.PacketSink;
import io.trapless.tracer.ring.RingId;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Packets go to the trace, if there is one, and to a tap. */
final class TappedOutput implements PacketSink {
    private final TraceOutput output;
    private final EventTap tap;

    TappedOutput(TraceOutput output, EventTap tap) {
        this.output = output;
        this.tap = tap;
    }

    @Override
    public void accept(RingId ring, MemorySegment packet, long records) throws IOException {
        output.accept(ring, packet, records);
        if (records > 0) {
            tap.packet(ring, packet);
        }
    }

    @Override
    public boolean wantsParts() {
        return true;
    }

    @Override
    public boolean hasPlenty() {
        return tap.hasPlenty();
    }

    @Override
    public void polled(long tscCycles) {
        tap.polled(tscCycles);
    }
}
