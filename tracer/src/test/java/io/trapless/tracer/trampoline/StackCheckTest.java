package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Value;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Code that looks for its stack before it takes any, run on this thread. */
class StackCheckTest {
    private static final int EVENT = 7;
    private static final int SURELY = 40;
    private static final int R12 = 1 << Gpr.R12.id();
    private static final StackLimit FINDS_OUT = new StackLimit(SURELY, OptionalInt.of(Sandbox.STACK_BOUND));
    private static final SiteProbe PROBE = new SiteProbe(
            EVENT,
            null,
            List.of(new Capture(
                    "a", new CaptureType.Int(8, false, CaptureType.Base.DEC), new Value.Argument(0, 8, false))),
            List.of());

    private final Random random = new Random(5);
    private final long[] in = new long[Sandbox.STATE_LONGS];
    private final long[] out = new long[Sandbox.STATE_LONGS];
    private Sandbox sandbox;

    /** What the probe takes. */
    private int taken;

    @BeforeEach
    void measure() throws Throwable {
        sandbox = new Sandbox(SessionHeaderDescriptor.MODE_DISCARD, Sandbox.rseqOfThisProcess(), true);
        patch(R12, true, StackLimit.AMPLE);
        taken = sandbox.promisedStack();
        assertThat(taken).isGreaterThan(SURELY);
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    private long patch(int deadRegisters, boolean flagsDead, StackLimit limit) {
        sandbox.limitStack(limit);
        return sandbox.patchedFunction(deadRegisters, flagsDead, 0, UnknownChildren.NONE, PROBE);
    }

    /** With registers of all kinds, of which only r12 may change. */
    private void run(long function) throws Throwable {
        for (int i = 0; i < Sandbox.FLAGS; i++) {
            in[i] = random.nextLong();
        }
        in[Sandbox.FLAGS] = 0x202;
        sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
        for (int i = 0; i < Sandbox.FLAGS; i++) {
            if (i != Gpr.RSP.id() && i != Gpr.R12.id()) {
                assertThat(out[i]).as("register %d", i).isEqualTo(in[i]);
            }
        }
    }

    private long recorded() {
        long bytes = 0;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            bytes += sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET) - PacketDescriptor.HEADER_SIZE;
        }
        return bytes;
    }

    private long lost() {
        long ring = SessionHeaderDescriptor.atomicRingOffset(0, Sandbox.CPUS, Sandbox.CAPACITY);
        long lost = sandbox.ringLong(ring, RingDescriptor.LOST_OFFSET);
        assertThat(sandbox.ringLong(ring, RingDescriptor.LOST_BY_EVENT_OFFSET + 8 * EVENT))
                .isEqualTo(lost);
        return lost;
    }

    @Test
    void whereThereIsEnoughItRecords() throws Throwable {
        long function = patch(R12, true, FINDS_OUT);
        assertThat(sandbox.promisedStack()).as("without a look").isZero();
        run(sandbox.onStack(taken, function));
        assertThat(recorded()).isPositive();
        assertThat(lost()).isZero();
    }

    @Test
    void whereThereIsAByteTooLittleItCountsALoss() throws Throwable {
        long function = patch(R12, true, FINDS_OUT);
        run(sandbox.onStack(taken - 1, function));
        run(sandbox.onStack(0, function));
        assertThat(recorded()).isZero();
        assertThat(lost()).isEqualTo(2);
    }

    @Test
    void whereNothingIsKnownItCountsALoss() throws Throwable {
        run(patch(R12, true, FINDS_OUT));
        assertThat(recorded()).isZero();
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void aProbeThatIsOffLosesNothing() throws Throwable {
        long function = patch(R12, true, FINDS_OUT);
        sandbox.rings.set(ValueLayout.JAVA_BYTE, SessionHeaderDescriptor.ENABLE_OFFSET + EVENT, (byte) 0);
        run(sandbox.onStack(0, function));
        assertThat(recorded() + lost()).isZero();
    }

    /** What is captured is no register to look with: here rdi is. */
    @Test
    void withoutARegisterOrTheFlagsItCannotLook() {
        patch(0, true, FINDS_OUT);
        assertThat(sandbox.promisedStack()).isGreaterThanOrEqualTo(taken);
        patch(R12, false, FINDS_OUT);
        assertThat(sandbox.promisedStack()).isGreaterThanOrEqualTo(taken);
        patch(1 << Gpr.RDI.id(), true, FINDS_OUT);
        assertThat(sandbox.promisedStack()).isGreaterThanOrEqualTo(taken);
        patch(R12, true, new StackLimit(SURELY, OptionalInt.empty()));
        assertThat(sandbox.promisedStack()).isEqualTo(taken);
    }

    @Test
    void whatIsSurelyThereIsNotLookedFor() throws Throwable {
        run(patch(R12, true, new StackLimit(taken, OptionalInt.of(Sandbox.STACK_BOUND))));
        assertThat(sandbox.promisedStack()).isEqualTo(taken);
        assertThat(recorded()).isPositive();
    }
}
