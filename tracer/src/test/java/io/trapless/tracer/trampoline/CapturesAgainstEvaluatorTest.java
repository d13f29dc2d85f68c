package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Liveness;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Evaluator;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs, compiled and run with random registers, give byte for byte what the evaluator says, and leave the thread as it was. */
class CapturesAgainstEvaluatorTest {
    private static final int STATUS_FLAGS = 0x8D5;
    private static final int DIRECTION_FLAG = 0x400;
    private static final int RUNS_OF_A_PROGRAM = 4;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void machineCodeAgreesWithTheDefinition(boolean rseq) throws Throwable {
        compare(rseq, 3000, System.nanoTime());
    }

    @Tag("long")
    @Test
    void machineCodeAgreesWithTheDefinitionForLong() throws Throwable {
        compare(true, 60_000, System.nanoTime());
        compare(false, 60_000, System.nanoTime());
    }

    private static void compare(boolean rseq, int programs, long seed) throws Throwable {
        ProcessFacts.Rseq area = rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE;
        GoodMemory memory = new GoodMemory();
        int events = 0;
        try (Sandbox sandbox = new Sandbox(SessionHeaderDescriptor.MODE_DISCARD, area, true)) {
            for (int i = 0; i < programs; i++) {
                Random random = new Random(seed + i);
                try {
                    events += new Case(sandbox, memory, random, rseq).run();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + (seed + i) + ": " + e.getMessage(), e);
                }
            }
        }
        assertThat(events).as("events compared").isGreaterThan(programs);
    }

    /** One site with one or several programs. */
    private static final class Case {
        private final Sandbox sandbox;
        private final GoodMemory memory;
        private final Random random;
        private final boolean rseq;
        private final RandomCaptures captures;
        private final List<CaptureProgram> programs = new ArrayList<>();
        private final List<SiteProbe> probes = new ArrayList<>();
        private final int dead;
        private final boolean flagsDead;
        private final UnknownChildren children;

        Case(Sandbox sandbox, GoodMemory memory, Random random, boolean rseq) {
            this.sandbox = sandbox;
            this.memory = memory;
            this.random = random;
            this.rseq = rseq;
            this.captures = new RandomCaptures(random, memory);
            int count = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
            for (int i = 0; i < count; i++) {
                CaptureProgram program = captures.program();
                programs.add(program);
                probes.add(new SiteProbe(10 + i, program.filter(), program.captures(), captures.locations()));
            }
            this.dead = random.nextBoolean() ? random.nextInt() & Liveness.CALL_CLOBBERED : 0;
            this.flagsDead = random.nextBoolean();
            this.children = random.nextBoolean() ? UnknownChildren.NONE : UnknownChildren.RARE;
        }

        /** How many events were compared. */
        int run() throws Throwable {
            if (probes.stream().anyMatch(TrampolineCompiler::isTooLarge)) {
                return 0;
            }
            sandbox.forgetFunctions();
            memory.fill(random);
            long function = sandbox.patchedFunction(dead, flagsDead, children, probes.toArray(SiteProbe[]::new));
            int compared = 0;
            for (int i = 0; i < RUNS_OF_A_PROGRAM; i++) {
                compared += runOnce(function, random.nextInt(8) != 0);
            }
            return compared;
        }

        private int runOnce(long function, boolean enabled) throws Throwable {
            sandbox.resetRings();
            for (SiteProbe probe : probes) {
                sandbox.rings.set(ValueLayout.JAVA_BYTE, SessionHeaderDescriptor.ENABLE_OFFSET + probe.eventId(), (byte)
                        (enabled ? 1 : 0));
            }
            long[] in = captures.state();
            long[] out = new long[Sandbox.STATE_LONGS];
            sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
            assertUntouched(in, out);
            MachineState state =
                    new MachineState(in, out[Gpr.RSP.id()] - 8, function, captures.locations(), memory, gettid());
            List<String> expected = enabled ? expected(state) : List.of();
            if (state.ambiguous()) {
                return 0;
            }
            List<String> sizes = new ArrayList<>(expected);
            List<String> records = rseq ? rseqRecords(sizes) : atomicRecords(sizes);
            assertThat(records)
                    .as("%s%nregisters %s", probes, Arrays.toString(Arrays.copyOf(in, Sandbox.RED_ZONE)))
                    .isEqualTo(expected);
            return expected.size();
        }

        private void assertUntouched(long[] in, long[] out) {
            for (int i = 0; i < Sandbox.STATE_LONGS; i++) {
                boolean mayChange = i == Gpr.RSP.id() || i == Sandbox.FLAGS || (i < 16 && (dead >> i & 1) != 0);
                if (!mayChange && in[i] != out[i]) {
                    assertThat(out[i]).as("word %d of the state; %s", i, probes).isEqualTo(in[i]);
                }
            }
            int flags = DIRECTION_FLAG | (flagsDead ? 0 : STATUS_FLAGS);
            assertThat(out[Sandbox.FLAGS] & flags).as("flags").isEqualTo(in[Sandbox.FLAGS] & flags);
        }

        private List<String> expected(MachineState state) {
            Evaluator evaluator = new Evaluator(state);
            List<String> events = new ArrayList<>();
            for (int i = 0; i < programs.size(); i++) {
                CaptureProgram program = programs.get(i);
                if (evaluator.accepts(program)) {
                    events.add(probes.get(i).eventId() + " "
                            + HexFormat.of()
                                    .formatHex(evaluator.capture(program).payload(program)));
                }
            }
            return events;
        }

        /** What the rings hold, in the order of the probes; the expected records tell how long each is, for a record does not say. */
        private List<String> rseqRecords(List<String> sizes) {
            List<String> found = new ArrayList<>();
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
                long at = PacketDescriptor.HEADER_SIZE;
                long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
                while (at < head) {
                    int size = Math.min(sizeOf(id(ring, at), sizes), (int) (head - at));
                    found.add(record(ring, at, size));
                    at += size;
                }
            }
            Collections.sort(found);
            return found;
        }

        private List<String> atomicRecords(List<String> sizes) {
            List<String> found = new ArrayList<>();
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
                long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
                for (long at = PacketDescriptor.HEADER_SIZE; at < head; at += RingDescriptor.MARK_GRANULE) {
                    long mark =
                            ring + RingDescriptor.DATA_OFFSET + Sandbox.CAPACITY + at / RingDescriptor.MARK_GRANULE * 2;
                    if (sandbox.rings.get(ValueLayout.JAVA_SHORT_UNALIGNED, mark) != 0) {
                        found.add(record(ring, at, Math.min(sizeOf(id(ring, at), sizes), (int) (head - at))));
                    }
                }
            }
            Collections.sort(found);
            return found;
        }

        private static int sizeOf(int id, List<String> events) {
            for (String event : events) {
                if (event.startsWith(id + " ")) {
                    return RecordDescriptor.HEADER_SIZE + (event.length() - event.indexOf(' ') - 1) / 2;
                }
            }
            return RecordDescriptor.HEADER_SIZE;
        }

        private int id(long ring, long at) {
            return sandbox.rings.get(ValueLayout.JAVA_SHORT_UNALIGNED, ring + RingDescriptor.DATA_OFFSET + at) & 0xFFFF;
        }

        private String record(long ring, long at, int size) {
            int payload = Math.max(0, size - RecordDescriptor.HEADER_SIZE);
            byte[] bytes = sandbox.rings
                    .asSlice(ring + RingDescriptor.DATA_OFFSET + at + RecordDescriptor.HEADER_SIZE, payload)
                    .toArray(ValueLayout.JAVA_BYTE);
            return id(ring, at) + " " + HexFormat.of().formatHex(bytes);
        }
    }

    private static int gettid() throws Throwable {
        Linker linker = Linker.nativeLinker();
        return (int) linker.downcallHandle(
                        linker.defaultLookup().find("gettid").orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT))
                .invokeExact();
    }
}
