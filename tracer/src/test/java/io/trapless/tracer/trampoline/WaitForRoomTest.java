package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.linux.TimeStampCounter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Block mode when the tracer has not been heard of for long: it is given a moment, and not waited for again if it does not use it. */
class WaitForRoomTest {
    private static final int EVENT = 7;
    private static final int ATTEMPTS = 20;
    private static final long SILENCE_SECONDS = 3600;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTracerThatStaysSilentIsDeclaredDead(boolean rseq) throws Throwable {
        try (Sandbox sandbox = sandbox(rseq)) {
            long function = function(sandbox);
            fireUntilLost(sandbox, function, 1);
            assertThat(heartbeat(sandbox)).isZero();
            fireUntilLost(sandbox, function, 100);
            assertThat(heartbeat(sandbox)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatSpeaksAgainLosesNothing(boolean rseq) throws Throwable {
        boolean inTime = false;
        // The helper has a tenth of a second; a busy machine may not give it that at once.
        for (int attempt = 0; attempt < ATTEMPTS && !inTime; attempt++) {
            try (Sandbox sandbox = sandbox(rseq)) {
                long function = function(sandbox);
                FutureTask<Boolean> tracer = new FutureTask<>(() -> speakOnceFull(sandbox, rseq));
                Thread thread = Thread.ofPlatform().daemon().start(tracer);
                while (!tracer.isDone()) {
                    fire(sandbox, function);
                }
                thread.join();
                inTime = tracer.get();
                if (inTime) {
                    assertThat(lost(sandbox)).isZero();
                    assertThat(heartbeat(sandbox)).isNotZero();
                }
            }
        }
        assertThat(inTime).as("a helper that was in time").isTrue();
    }

    /** What a tracer does that has been held up, as soon as some ring is full; whether the writer had still been waiting for it. */
    private static boolean speakOnceFull(Sandbox sandbox, boolean rseq) {
        while (!isAnyFull(sandbox, rseq)) {
            Thread.onSpinWait();
        }
        long silent = heartbeat(sandbox);
        boolean waiting = silent != 0
                && LONG.compareAndSet(
                        sandbox.rings,
                        (long) SessionHeaderDescriptor.HEARTBEAT_OFFSET,
                        silent,
                        TimeStampCounter.read() + SILENCE_SECONDS * sandbox.facts.cyclesPerSecond());
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = ring(cpu, rseq);
            long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
            LONG.setRelease(sandbox.rings, ring + RingDescriptor.CONSUMED_OFFSET, head & -Sandbox.SUB_BUFFER);
        }
        return waiting;
    }

    private static boolean isAnyFull(Sandbox sandbox, boolean rseq) {
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long head = (long) LONG.getAcquire(sandbox.rings, ring(cpu, rseq) + RingDescriptor.HEAD_OFFSET);
            if (head > Sandbox.CAPACITY - 2 * RingDescriptor.MARK_GRANULE - 64) {
                return true;
            }
        }
        return false;
    }

    private static Sandbox sandbox(boolean rseq) throws Throwable {
        Sandbox sandbox = new Sandbox(
                SessionHeaderDescriptor.MODE_BLOCK, rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE, true);
        LONG.setRelease(
                sandbox.rings,
                (long) SessionHeaderDescriptor.HEARTBEAT_OFFSET,
                TimeStampCounter.read() - SILENCE_SECONDS * sandbox.facts.cyclesPerSecond());
        return sandbox;
    }

    private static long function(Sandbox sandbox) throws Throwable {
        return sandbox.patchedFunction(
                0, false, UnknownChildren.NONE, new SiteProbe(EVENT, null, List.of(), List.of()));
    }

    private static void fireUntilLost(Sandbox sandbox, long function, int losses) throws Throwable {
        long most = Sandbox.CPUS * Sandbox.CAPACITY;
        for (long i = 0; i < most && lost(sandbox) < losses; i++) {
            fire(sandbox, function);
        }
        assertThat(lost(sandbox)).isEqualTo(losses);
    }

    private static void fire(Sandbox sandbox, long function) throws Throwable {
        long[] in = new long[Sandbox.STATE_LONGS];
        in[Sandbox.FLAGS] = 0x202;
        sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(new long[Sandbox.STATE_LONGS]));
    }

    private static long heartbeat(Sandbox sandbox) {
        return (long) LONG.getAcquire(sandbox.rings, (long) SessionHeaderDescriptor.HEARTBEAT_OFFSET);
    }

    private static long ring(int cpu, boolean rseq) {
        return rseq
                ? SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY)
                : SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
    }

    private static long lost(Sandbox sandbox) {
        return LongStream.range(0, Sandbox.CPUS)
                .map(cpu -> sandbox.ringLong(ring((int) cpu, true), RingDescriptor.LOST_OFFSET)
                        + sandbox.ringLong(ring((int) cpu, false), RingDescriptor.LOST_OFFSET))
                .sum();
    }
}
