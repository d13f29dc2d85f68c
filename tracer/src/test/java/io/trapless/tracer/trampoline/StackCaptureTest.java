package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Value;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stacks that a trampoline walks on this thread: chains of frames that we lay out, and frame pointers that lead nowhere. */
class StackCaptureTest {
    private static final int FRAMES = 20;
    private static final long CODE = 0x0000_5555_0000_1000L;
    private static final int STATUS_FLAGS = 0x8D5;

    private static Sandbox sandbox(boolean rseq) throws Throwable {
        return new Sandbox(
                SessionHeaderDescriptor.MODE_OVERWRITE,
                rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE,
                true);
    }

    private static SiteProbe probe(int maxFrames, FrameStart start) {
        Capture capture = new Capture("s", new CaptureType.Frames(maxFrames), new Value.UserStack(maxFrames));
        return new SiteProbe(7, null, List.of(capture), List.of(), start, SiteProbe.NO_TRIGGER);
    }

    /** Runs once from empty rings and returns the stack that was recorded. */
    private static List<Long> walk(Sandbox sandbox, long function, long framePointer) throws Throwable {
        sandbox.resetRings();
        long[] in = new long[Sandbox.STATE_LONGS];
        in[Gpr.RBP.id()] = framePointer;
        in[Sandbox.FLAGS] = 0x202;
        long[] out = new long[Sandbox.STATE_LONGS];
        sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
        assertThat(out[Gpr.RBP.id()]).isEqualTo(framePointer);
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long ring = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            if (sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET) > PacketDescriptor.HEADER_SIZE) {
                long stack = RingDescriptor.DATA_OFFSET + PacketDescriptor.HEADER_SIZE + RecordDescriptor.HEADER_SIZE;
                int count = (int) sandbox.ringLong(ring, stack) & 0xFFFF;
                List<Long> frames = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    frames.add(sandbox.ringLong(ring, stack + 2 + 8L * i));
                }
                return frames;
            }
        }
        throw new AssertionError("nothing was recorded");
    }

    /** Frames of 48 bytes, one after the other; the last one points at {@code last}. */
    private static List<Long> chain(MemorySegment memory, long last) {
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            long next = i == FRAMES - 1 ? last : memory.address() + 48L * (i + 1);
            memory.set(ValueLayout.JAVA_LONG, 48L * i, next);
            memory.set(ValueLayout.JAVA_LONG, 48L * i + 8, CODE + i);
            addresses.add(CODE + i);
        }
        return addresses;
    }

    /** Memory above this thread's stack pointer: what lies below can be no caller's frame. */
    private static MemorySegment above(Arena arena) {
        return arena.allocate(48L * FRAMES, 16);
    }

    @Test
    void followsAChainToItsEnd() throws Throwable {
        try (Sandbox sandbox = sandbox(true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = above(arena);
            // Seen from a frame pointer it may lie anywhere; malloc's memory is below the stack.
            long function = sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(127, FrameStart.IN_FRAME));
            for (long last : new long[] {
                0, memory.address(), memory.address() + 5, 0x10, -1L, 0x0000_7000_dead_0000L, 0x8000_0000_0000_0000L
            }) {
                List<Long> expected = new ArrayList<>(List.of(function));
                expected.addAll(chain(memory, last));
                assertThat(walk(sandbox, function, memory.address()))
                        .as("last 0x%x", last)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void endsAtItsLimit() throws Throwable {
        try (Sandbox sandbox = sandbox(true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = above(arena);
            List<Long> addresses = chain(memory, 0);
            for (int limit : new int[] {1, 2, 3, 10, FRAMES, FRAMES + 1}) {
                long function =
                        sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(limit, FrameStart.IN_FRAME));
                List<Long> expected = new ArrayList<>(List.of(function));
                expected.addAll(addresses.subList(0, limit - 1));
                assertThat(walk(sandbox, function, memory.address())).isEqualTo(expected);
            }
        }
    }

    @Test
    void anAddressThatIsNoCodeEndsIt() throws Throwable {
        try (Sandbox sandbox = sandbox(true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = above(arena);
            long function = sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(127, FrameStart.IN_FRAME));
            for (long wrong : new long[] {0, 7, 0xFFF, 0x8000_0000_0000L, -1}) {
                List<Long> expected = new ArrayList<>(List.of(function));
                expected.addAll(chain(memory, 0).subList(0, 5));
                memory.set(ValueLayout.JAVA_LONG, 48L * 5 + 8, wrong);
                assertThat(walk(sandbox, function, memory.address()))
                        .as("0x%x", wrong)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void atAnEntryTheCallerComesFirstWhateverTheFramePointerIs() throws Throwable {
        try (Sandbox sandbox = sandbox(true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = above(arena);
            chain(memory, 0);
            long function =
                    sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(127, FrameStart.RETURN_ON_TOP));
            List<Long> wild = walk(sandbox, function, 0x1234_5678_9abcL);
            assertThat(wild).hasSize(2).startsWith(function);
            // This memory lies below the stack pointer: no caller's frame is there.
            assertThat(walk(sandbox, function, memory.address())).isEqualTo(wild);
        }
    }

    @Test
    void whereTheFunctionReturnsItsCallerComesFirst() throws Throwable {
        try (Sandbox sandbox = sandbox(true)) {
            long wildPointer = 0x1234_5678_9abcL;
            long entered =
                    sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(127, FrameStart.RETURN_ON_TOP));
            List<Long> there = walk(sandbox, entered, wildPointer);
            for (int limit : new int[] {1, 2, 127}) {
                long function =
                        sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe(limit, FrameStart.RETURNING));
                assertThat(walk(sandbox, function, wildPointer)).isEqualTo(there.subList(1, 2));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wildFramePointersHarmNothing(boolean rseq) throws Throwable {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Sandbox sandbox = sandbox(rseq)) {
            Capture image = new Capture("i", new CaptureType.StackImage(512), new Value.StackImage(512));
            List<SiteProbe> probes = List.of(
                    probe(127, FrameStart.IN_FRAME),
                    probe(127, FrameStart.RETURN_ON_TOP),
                    probe(127, FrameStart.RETURNING),
                    new SiteProbe(8, null, List.of(image), List.of()),
                    new SiteProbe(8, null, List.of(image), List.of(), FrameStart.RETURNING, SiteProbe.NO_TRIGGER));
            long[] own = new long[Sandbox.STATE_LONGS];
            for (SiteProbe probe : probes) {
                long function = sandbox.patchedFunction(0, false, UnknownChildren.RARE, probe);
                for (int i = 0; i < 3000; i++) {
                    long[] in = new long[Sandbox.STATE_LONGS];
                    for (int k = 0; k < in.length; k++) {
                        in[k] = random.nextLong();
                    }
                    in[Sandbox.FLAGS] = (random.nextInt() & STATUS_FLAGS) | 0x202 | (random.nextBoolean() ? 0x400 : 0);
                    in[Gpr.RBP.id()] = switch (random.nextInt(4)) {
                        case 0 -> random.nextLong();
                        case 1 -> own[Gpr.RSP.id()] + 8L * random.nextInt(2000);
                        case 2 -> own[Gpr.RSP.id()] + random.nextInt(1 << 20);
                        default -> random.nextLong() >>> 17 & -8;
                    };
                    long[] out = new long[Sandbox.STATE_LONGS];
                    sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
                    for (int k = 0; k < in.length; k++) {
                        if (k != Gpr.RSP.id() && k != Sandbox.FLAGS) {
                            assertThat(out[k]).as("word %d", k).isEqualTo(in[k]);
                        }
                    }
                    assertThat(out[Sandbox.FLAGS] & (STATUS_FLAGS | 0x400))
                            .isEqualTo(in[Sandbox.FLAGS] & (STATUS_FLAGS | 0x400));
                    own = out;
                }
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
