package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.Value;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records of every size fill sub-buffers as far as they go, to the last byte where the size divides the room, and what does not fit the ring is counted. */
class SubBufferCrossingTest {
    private static final int EVENTS = 2000;
    private static final int FAULT_CUT_AND_LENGTH = 4 + 2;

    @Test
    void everySizeFillsItsSubBuffers() throws Throwable {
        GoodMemory memory = new GoodMemory();
        int exact = 0;
        try (Sandbox sandbox = new Sandbox(SessionHeaderDescriptor.MODE_DISCARD, Sandbox.rseqOfThisProcess(), true)) {
            for (int bytes = 1; bytes <= Limits.MAX_BUFFER_BYTES; bytes++) {
                int size = RecordDescriptor.HEADER_SIZE + FAULT_CUT_AND_LENGTH + bytes;
                exact += (Sandbox.SUB_BUFFER - PacketDescriptor.HEADER_SIZE) % size == 0 ? 1 : 0;
                sandbox.resetRings();
                long lostBefore = lost(sandbox);
                fire(sandbox, memory.start(), bytes);
                assertThat(recorded(sandbox, size) + lost(sandbox) - lostBefore)
                        .as("records of %d bytes and losses", size)
                        .isEqualTo(EVENTS);
            }
        }
        assertThat(exact).as("sizes that fill a sub-buffer to the last byte").isPositive();
    }

    private static void fire(Sandbox sandbox, long address, int bytes) throws Throwable {
        sandbox.forgetFunctions();
        Value buffer =
                new Value.BytesAt(new Value.Constant(address, 8, false), new Value.Constant(bytes, 8, true), bytes);
        SiteProbe probe =
                new SiteProbe(7, null, List.of(new Capture("b", new CaptureType.Buf(bytes), buffer)), List.of());
        long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
        long[] in = new long[Sandbox.STATE_LONGS];
        long[] out = new long[Sandbox.STATE_LONGS];
        in[Sandbox.FLAGS] = 0x202;
        for (int i = 0; i < EVENTS; i++) {
            sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
        }
    }

    private static long lost(Sandbox sandbox) {
        long lost = 0;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            lost += sandbox.ringLong(
                    SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY), RingDescriptor.LOST_OFFSET);
        }
        return lost;
    }

    /** Records in all rings; every sub-buffer but the one that is open must be as full as it can be, and say so in its header. */
    private static long recorded(Sandbox sandbox, int size) {
        long room = Sandbox.SUB_BUFFER - PacketDescriptor.HEADER_SIZE;
        long records = 0;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
            long open = RingDescriptor.subBufferEnd(head, Sandbox.SUB_BUFFER) - Sandbox.SUB_BUFFER;
            for (long start = 0; start < open; start += Sandbox.SUB_BUFFER) {
                long contentBits = sandbox.ringLong(
                        ring, RingDescriptor.DATA_OFFSET + start + PacketDescriptor.CONTENT_SIZE_OFFSET);
                assertThat(contentBits / 8).isEqualTo(PacketDescriptor.HEADER_SIZE + room / size * size);
                records += room / size;
            }
            assertThat((head - open - PacketDescriptor.HEADER_SIZE) % size).isZero();
            records += (head - open - PacketDescriptor.HEADER_SIZE) / size;
        }
        return records;
    }
}
