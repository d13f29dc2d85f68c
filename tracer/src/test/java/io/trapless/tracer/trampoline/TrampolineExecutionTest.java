package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs generated trampolines on this thread and looks at registers, flags, red zone and records. */
class TrampolineExecutionTest {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int STATUS_FLAGS = 0x8D5;
    private static final CaptureType INT64 = new CaptureType.Int(8, false, CaptureType.Base.DEC);
    private static final CaptureType INT32 = new CaptureType.Int(4, false, CaptureType.Base.DEC);

    private static Value arg(int index) {
        return new Value.Argument(index, 8, false);
    }

    private static Value number(long value) {
        return new Value.Constant(value, 8, true);
    }

    private static long[] randomState(Random random) {
        long[] state = new long[Sandbox.STATE_LONGS];
        for (int i = 0; i < state.length; i++) {
            state[i] = random.nextLong();
        }
        state[Sandbox.FLAGS] = (random.nextInt() & STATUS_FLAGS) | 0x202 | (random.nextBoolean() ? 0x400 : 0); // DF too
        return state;
    }

    private static void run(Sandbox sandbox, long function, long[] in, long[] out) throws Throwable {
        sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
    }

    private static void assertUntouched(long[] in, long[] out) {
        for (int i = 0; i < Sandbox.STATE_LONGS; i++) {
            if (i != Gpr.RSP.id() && i != 16) {
                assertThat(out[i]).as("register or red zone word %d", i).isEqualTo(in[i]);
            }
        }
        assertThat(out[16] & (STATUS_FLAGS | 0x400)).as("flags").isEqualTo(in[16] & (STATUS_FLAGS | 0x400));
    }

    /** Every record of every ring, as (offset in the rings, size) is not known: fixed-size records only. */
    private static List<Long> recordsOf(Sandbox sandbox, int size) {
        List<Long> records = new ArrayList<>();
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
            long position = PacketDescriptor.HEADER_SIZE;
            while (position < head) {
                long end = RingDescriptor.subBufferEnd(position + 1, Sandbox.SUB_BUFFER);
                if (position + size > end) {
                    position = end + PacketDescriptor.HEADER_SIZE;
                    continue;
                }
                records.add(ring + RingDescriptor.DATA_OFFSET + (position & (Sandbox.CAPACITY - 1)));
                position += size;
            }
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void registersFlagsAndRedZoneAreAsTheyWere(boolean rseq) throws Throwable {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_OVERWRITE, rseq)) {
            SiteProbe probe = new SiteProbe(
                    7,
                    null,
                    List.of(
                            new Capture("a", INT64, arg(0)),
                            new Capture("c", INT32, arg(2)),
                            new Capture("x", INT64, new Value.Binary(BinaryOperator.MULTIPLY, arg(3), arg(2), false))),
                    List.of());
            long live = sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe);
            long[] out = new long[Sandbox.STATE_LONGS];
            for (int i = 0; i < 20_000; i++) {
                long[] in = randomState(random);
                run(sandbox, live, in, out);
                assertUntouched(in, out);
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void recordHoldsIdTimeThreadAndValues() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_DISCARD, true)) {
            SiteProbe probe = new SiteProbe(
                    0x1234 & 63,
                    null,
                    List.of(
                            new Capture("a", INT32, arg(0)),
                            new Capture("b", INT64, arg(2)),
                            new Capture("c", INT64, new Value.Register(RegisterName.RAX, 8)),
                            new Capture("d", INT64, new Value.Binary(BinaryOperator.ADD, arg(1), number(5), false)),
                            new Capture("sp", INT64, new Value.Register(RegisterName.RSP, 8))),
                    List.of());
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
            sandbox.setPid(4711);
            Random random = new Random(1);
            long[] out = new long[Sandbox.STATE_LONGS];
            List<long[]> inputs = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                long[] in = randomState(random);
                inputs.add(in);
                run(sandbox, function, in, out);
            }
            int size = RecordDescriptor.HEADER_SIZE + 4 + 4 * 8;
            List<Long> records = recordsOf(sandbox, size);
            assertThat(records).hasSize(50);
            MemorySegment rings = sandbox.rings;
            List<long[]> seen = new ArrayList<>();
            for (long at : records) {
                assertThat(rings.get(ValueLayout.JAVA_SHORT_UNALIGNED, at)).isEqualTo((short) (0x1234 & 63));
                assertThat(rings.get(INT, at + 8)).isEqualTo(Math.toIntExact(gettid()));
                assertThat(rings.get(INT, at + 12)).isEqualTo(4711);
                seen.add(new long[] {
                    rings.get(INT, at + RecordDescriptor.HEADER_SIZE),
                    rings.get(LONG, at + RecordDescriptor.HEADER_SIZE + 4),
                    rings.get(LONG, at + RecordDescriptor.HEADER_SIZE + 12),
                    rings.get(LONG, at + RecordDescriptor.HEADER_SIZE + 20)
                });
            }
            for (long[] in : inputs) {
                assertThat(seen).anySatisfy(r -> {
                    assertThat(r[0]).isEqualTo((int) in[Gpr.RDI.id()]);
                    assertThat(r[1]).isEqualTo(in[Gpr.RDX.id()]);
                    assertThat(r[2]).isEqualTo(in[Gpr.RAX.id()]);
                    assertThat(r[3]).isEqualTo(in[Gpr.RSI.id()] + 5);
                });
            }
        }
    }

    @Test
    void fullRingCountsEveryLostEvent() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_DISCARD, true)) {
            SiteProbe probe = new SiteProbe(3, null, List.of(new Capture("a", INT64, arg(0))), List.of());
            long function = sandbox.patchedFunction(0, true, UnknownChildren.NONE, probe);
            int events = 20_000;
            long[] in = randomState(new Random(2));
            long[] out = new long[Sandbox.STATE_LONGS];
            for (int i = 0; i < events; i++) {
                in[Gpr.RDI.id()] = i;
                in[16] = 0x202;
                run(sandbox, function, in, out);
            }
            int recorded = recordsOf(sandbox, RecordDescriptor.HEADER_SIZE + 8).size();
            long lost = 0;
            long lostOf3 = 0;
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
                lost += sandbox.ringLong(ring, RingDescriptor.LOST_OFFSET);
                lostOf3 += sandbox.ringLong(ring, RingDescriptor.LOST_BY_EVENT_OFFSET + 8 * 3);
            }
            assertThat(lost).isPositive().isEqualTo(lostOf3);
            assertThat(recorded + lost).isEqualTo(events);
        }
    }

    @Test
    void atomicRingMarksEveryRecord() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_DISCARD, false)) {
            SiteProbe probe = new SiteProbe(3, null, List.of(new Capture("a", INT32, arg(0))), List.of());
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
            long[] in = randomState(new Random(2));
            long[] out = new long[Sandbox.STATE_LONGS];
            int events = 1000;
            for (int i = 0; i < events; i++) {
                in[Gpr.RDI.id()] = i;
                run(sandbox, function, in, out);
            }
            int marked = 0;
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
                for (long granule = 0; granule < Sandbox.CAPACITY / 8; granule++) {
                    short mark = sandbox.rings.get(
                            ValueLayout.JAVA_SHORT_UNALIGNED,
                            ring + RingDescriptor.DATA_OFFSET + Sandbox.CAPACITY + granule * 2);
                    if (mark != 0) {
                        assertThat(mark).isEqualTo((short) 1);
                        long at = ring + RingDescriptor.DATA_OFFSET + granule * 8;
                        short id = sandbox.rings.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
                        if (id != (short) RingDescriptor.PAD_ID) {
                            assertThat(id).isEqualTo((short) 3);
                            marked++;
                        }
                    }
                }
            }
            assertThat(marked).isEqualTo(events);
        }
    }

    /** Others come round again and again while it records: their heads are a lap further whenever it looks. */
    @Test
    void aWriterThatIsOvertakenInAFlightRecorderSaysSo() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_OVERWRITE, false)) {
            SiteProbe probe = new SiteProbe(3, null, List.of(new Capture("a", INT32, arg(0))), List.of());
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
            AtomicBoolean over = new AtomicBoolean();
            Thread others = Thread.ofPlatform().start(() -> {
                VarHandle head = ValueLayout.JAVA_LONG.varHandle();
                while (!over.get()) {
                    for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                        long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
                        head.getAndAdd(sandbox.rings, ring + RingDescriptor.HEAD_OFFSET, Sandbox.CAPACITY);
                    }
                }
            });
            Random random = new Random(7);
            long[] out = new long[Sandbox.STATE_LONGS];
            long lost = 0;
            for (int i = 0; i < 2_000_000 && lost < 50; i++) {
                long[] in = randomState(random);
                run(sandbox, function, in, out);
                assertUntouched(in, out);
                lost = lostOfAtomicRings(sandbox);
            }
            over.set(true);
            others.join();
            assertThat(lost).isGreaterThanOrEqualTo(50);
            long spoiled = 0;
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
                for (int slot = 0; slot < SessionHeaderDescriptor.SUB_BUFFER_COUNT; slot++) {
                    long seen = sandbox.ringLong(ring, RingDescriptor.SPOILED_OFFSET + 8L * slot);
                    spoiled += seen > 0 ? 1 : 0;
                    assertThat(seen).isBetween(0L, sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET));
                }
            }
            assertThat(spoiled).isPositive();
        }
    }

    private static long lostOfAtomicRings(Sandbox sandbox) {
        long lost = 0;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
            lost += sandbox.ringLong(ring, RingDescriptor.LOST_OFFSET);
        }
        return lost;
    }

    /** Nobody comes round: nothing is late, and what is marked is what was recorded. */
    @Test
    void aWriterOfAFlightRecorderThatIsInTimeLosesNothing() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_OVERWRITE, false)) {
            SiteProbe probe = new SiteProbe(3, null, List.of(new Capture("a", INT32, arg(0))), List.of());
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
            Random random = new Random(7);
            long[] out = new long[Sandbox.STATE_LONGS];
            for (int i = 0; i < 20_000; i++) { // several laps
                long[] in = randomState(random);
                run(sandbox, function, in, out);
                assertUntouched(in, out);
            }
            assertThat(lostOfAtomicRings(sandbox)).isZero();
            for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
                assertMarksOfNewestLap(sandbox, cpu);
            }
        }
    }

    /** Every record below the head in the head's own sub-buffer is marked with this lap. */
    private static void assertMarksOfNewestLap(Sandbox sandbox, int cpu) {
        long ring = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
        long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
        long start = (head - 1) / Sandbox.SUB_BUFFER * Sandbox.SUB_BUFFER + PacketDescriptor.HEADER_SIZE;
        int size = (RecordDescriptor.HEADER_SIZE + 4 + 7) & -8;
        for (long at = start; at < head; at += size) {
            long granule = (at & (Sandbox.CAPACITY - 1)) / 8;
            short mark = sandbox.rings.get(
                    ValueLayout.JAVA_SHORT_UNALIGNED,
                    ring + RingDescriptor.DATA_OFFSET + Sandbox.CAPACITY + granule * 2);
            assertThat(mark).isEqualTo((short) RingDescriptor.lapMark(at, Sandbox.CAPACITY));
        }
    }

    @Test
    void disabledAndFilteredOutEventsLeaveNothing() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_DISCARD, true)) {
            Value filter = new Value.Binary(BinaryOperator.GREATER, arg(0), number(100), false);
            List<Capture> captures = List.of(new Capture("a", INT64, arg(0)));
            for (boolean flagsDead : new boolean[] {true, false}) {
                int before =
                        recordsOf(sandbox, RecordDescriptor.HEADER_SIZE + 8).size();
                long function = sandbox.patchedFunction(
                        0, flagsDead, UnknownChildren.NONE, new SiteProbe(3, filter, captures, List.of()));
                long[] in = randomState(new Random(2));
                long[] out = new long[Sandbox.STATE_LONGS];
                for (int i = 91; i <= 110; i++) {
                    in[Gpr.RDI.id()] = i;
                    run(sandbox, function, in, out);
                }
                sandbox.rings.set(ValueLayout.JAVA_BYTE, SessionHeaderDescriptor.ENABLE_OFFSET + 3, (byte) 0);
                run(sandbox, function, in, out);
                sandbox.rings.set(ValueLayout.JAVA_BYTE, SessionHeaderDescriptor.ENABLE_OFFSET + 3, (byte) 1);
                assertThat(recordsOf(sandbox, RecordDescriptor.HEADER_SIZE + 8).size() - before)
                        .isEqualTo(10);
            }
        }
    }

    /** Light records, staged ones, those whose filter needs the staging area, and those of the atomic ring. */
    @Test
    void aTriggerLeavesItsMarkWhenItsFilterLetsItPass() throws Throwable {
        Value light = new Value.Binary(BinaryOperator.GREATER, arg(0), number(100), false);
        Value staged = new Value.Binary(
                BinaryOperator.GREATER,
                new Value.Binary(BinaryOperator.MULTIPLY, arg(0), number(3), false),
                number(300),
                false);
        Capture plain = new Capture("a", INT64, arg(0));
        Capture computed = new Capture("a", INT64, new Value.Binary(BinaryOperator.MULTIPLY, arg(0), arg(0), false));
        for (boolean rseq : new boolean[] {true, false}) {
            try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_OVERWRITE, rseq)) {
                int trigger = 0;
                for (Value filter : new Value[] {light, staged}) {
                    for (Capture capture : new Capture[] {plain, computed}) {
                        for (boolean flagsDead : new boolean[] {true, false}) {
                            long function = sandbox.patchedFunction(
                                    0,
                                    flagsDead,
                                    UnknownChildren.NONE,
                                    new SiteProbe(
                                            3,
                                            filter,
                                            List.of(capture),
                                            List.of(),
                                            FrameStart.RETURN_ON_TOP,
                                            trigger++));
                            assertThat(marksAfter(sandbox, function, 100)).isZero();
                            assertThat(marksAfter(sandbox, function, 101)).isEqualTo(1L << (trigger - 1));
                        }
                    }
                }
            }
        }
    }

    /** Bit n: slot n has been marked by a call of the function. */
    private static long marksAfter(Sandbox sandbox, long function, long argument) throws Throwable {
        long[] in = randomState(new Random(2));
        in[Gpr.RDI.id()] = argument;
        run(sandbox, function, in, new long[Sandbox.STATE_LONGS]);
        long marks = 0;
        for (int slot = 0; slot < SessionHeaderDescriptor.FIRED_SLOTS; slot++) {
            long offset = SessionHeaderDescriptor.FIRED_OFFSET + slot;
            marks |= (long) sandbox.rings.get(ValueLayout.JAVA_BYTE, offset) << slot;
            sandbox.rings.set(ValueLayout.JAVA_BYTE, offset, (byte) 0);
        }
        return marks;
    }

    @Test
    void stringsAndBuffersAreCutAndFaultsNoted() throws Throwable {
        try (Sandbox sandbox = sandbox(SessionHeaderDescriptor.MODE_DISCARD, true);
                Arena arena = Arena.ofConfined()) {
            SiteProbe probe = new SiteProbe(
                    5,
                    null,
                    List.of(
                            new Capture("s", new CaptureType.Str(8), new Value.StringAt(arg(0), 8)),
                            new Capture("n", INT32, new Value.Load(arg(1), 4, false)),
                            new Capture("b", new CaptureType.Buf(6), new Value.BytesAt(arg(0), arg(2), 6))),
                    List.of());
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe);
            MemorySegment text = arena.allocateFrom("hello world");
            MemorySegment word = arena.allocateFrom(INT, 77);
            long[] in = randomState(new Random(2));
            long[] out = new long[Sandbox.STATE_LONGS];
            in[Gpr.RDI.id()] = text.address();
            in[Gpr.RSI.id()] = word.address();
            in[Gpr.RDX.id()] = 3;
            run(sandbox, function, in, out);
            assertUntouched(in, out);
            assertThat(lastRecord(sandbox)).isEqualTo(hex(0, 1, "hello wo\0", 77, "hel"));
            in[Gpr.RDI.id()] = text.address() + 6;
            in[Gpr.RSI.id()] = 8; // a wild pointer
            in[Gpr.RDX.id()] = 1000;
            run(sandbox, function, in, out);
            assertUntouched(in, out);
            assertThat(lastRecord(sandbox)).isEqualTo(hex(2, 4, "world\0", 0, "world\0"));
            in[Gpr.RDI.id()] = -1;
            run(sandbox, function, in, out);
            assertThat(lastRecord(sandbox)).isEqualTo(hex(7, 0, "\0", 0, ""));
        }
    }

    /** The bytes behind the tid of the newest record of any CPU, as hexadecimal; records are told apart by where the head stood before. */
    private String lastRecord(Sandbox sandbox) {
        String found = null;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            long head = sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET);
            long before = seenHeads[cpu] == 0 ? PacketDescriptor.HEADER_SIZE : seenHeads[cpu];
            if (head != before) {
                StringBuilder hex = new StringBuilder();
                for (long p = before + RecordDescriptor.HEADER_SIZE; p < head; p++) {
                    hex.append("%02x"
                            .formatted(
                                    sandbox.rings.get(ValueLayout.JAVA_BYTE, ring + RingDescriptor.DATA_OFFSET + p)));
                }
                found = hex.toString();
            }
            seenHeads[cpu] = head;
        }
        return java.util.Objects.requireNonNull(found);
    }

    private final long[] seenHeads = new long[Sandbox.CPUS];

    private static String hex(int fault, int cut, String text, int number, String buffer) {
        StringBuilder hex = new StringBuilder();
        hex.append("%02x00%02x00".formatted(fault, cut));
        append(hex, text);
        hex.append("%02x000000".formatted(number));
        hex.append("%02x00".formatted(buffer.length()));
        append(hex, buffer);
        return hex.toString();
    }

    private static void append(StringBuilder hex, String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hex.append("%02x".formatted(b));
        }
    }

    private static Sandbox sandbox(int mode, boolean rseq) throws Throwable {
        return new Sandbox(mode, rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE, true);
    }

    private static long gettid() throws Throwable {
        var linker = java.lang.foreign.Linker.nativeLinker();
        return (int) linker.downcallHandle(
                        linker.defaultLookup().find("gettid").orElseThrow(),
                        java.lang.foreign.FunctionDescriptor.of(ValueLayout.JAVA_INT))
                .invokeExact();
    }
}
