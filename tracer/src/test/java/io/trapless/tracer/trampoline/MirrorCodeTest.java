package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.layout.MirrorDescriptor;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs generated code on mirrors on this thread and compares what it finds with what simple Java makes of the same keys and values. */
class MirrorCodeTest {
    private static final int EVENTS = 20_000;
    private static final int MIRRORS = 2;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** A set's slots, and how many keys were new in it. */
    private static final class Ways {
        final long[] tags = new long[MirrorDescriptor.WAYS];
        final long[] values = new long[MirrorDescriptor.WAYS];
        long turns;
    }

    /** One mirror, by definition. */
    private static final class Model {
        private final Map<Integer, Ways> sets = new HashMap<>();

        private Ways set(long tag) {
            return sets.computeIfAbsent(MirrorDescriptor.setOffset(tag), _ -> new Ways());
        }

        private static int wayOf(Ways set, long tag) {
            for (int i = 0; i < set.tags.length; i++) {
                if (set.tags[i] == tag) {
                    return i;
                }
            }
            return -1;
        }

        void store(long[] key, long value) {
            long tag = MirrorDescriptor.tag(key);
            Ways set = set(tag);
            int way = wayOf(set, tag);
            if (way < 0) {
                way = (int) (set.turns++ % MirrorDescriptor.WAYS);
                set.tags[way] = tag;
            }
            set.values[way] = value;
        }

        long find(long[] key) {
            long tag = MirrorDescriptor.tag(key);
            int way = wayOf(set(tag), tag);
            return way < 0 ? 0 : set(tag).values[way];
        }
    }

    private static Value arg(int index) {
        return new Value.Argument(index, 8, false);
    }

    private static List<Value> keys(int count) {
        List<Value> all = List.of(arg(0), new Value.Binary(BinaryOperator.ADD, arg(1), arg(0), false));
        return all.subList(0, count);
    }

    private static SiteProbe probe(List<Capture> captures, List<MirrorStore> stores) {
        return new SiteProbe(
                5, null, captures, List.of(), FrameStart.RETURN_ON_TOP, SiteProbe.NO_TRIGGER, null, stores);
    }

    private static Capture number(String name, Value value) {
        return new Capture(name, new CaptureType.Int(8, false, CaptureType.Base.HEX), value);
    }

    private static Value.Mirrored mirrored(int mirror, int keyCount) {
        return new Value.Mirrored(mirror, "m", keys(keyCount));
    }

    /** What one event has left in whichever ring: its fields. */
    private static MemorySegment record(Sandbox sandbox) {
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            for (long ring : List.of(
                    SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY),
                    SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY))) {
                if (sandbox.ringLong(ring, RingDescriptor.HEAD_OFFSET) > PacketDescriptor.HEADER_SIZE) {
                    long at = ring + RingDescriptor.DATA_OFFSET + PacketDescriptor.HEADER_SIZE;
                    return sandbox.rings.asSlice(at + RecordDescriptor.HEADER_SIZE);
                }
            }
        }
        throw new AssertionError("nothing was recorded");
    }

    private static MemorySegment run(Sandbox sandbox, long function, long[] in) throws Throwable {
        long[] out = new long[Sandbox.STATE_LONGS];
        sandbox.resetRings();
        sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
        for (int i = 0; i < Sandbox.STATE_LONGS; i++) {
            if (i != Gpr.RSP.id() && i != Sandbox.FLAGS) {
                assertThat(out[i]).as("register or red zone word %d", i).isEqualTo(in[i]);
            }
        }
        return record(sandbox);
    }

    private static long[] state(Random random, int distinct) {
        long[] in = new long[Sandbox.STATE_LONGS];
        for (int i = 0; i < in.length; i++) {
            in[i] = random.nextLong();
        }
        in[Sandbox.FLAGS] = (random.nextInt() & 0x8D5) | 0x202;
        in[Gpr.RDI.id()] = random.nextInt(distinct);
        in[Gpr.RSI.id()] = random.nextInt(3) * 0x1000000000L;
        return in;
    }

    private static long[] key(long[] in, int count) {
        long[] all = {in[Gpr.RDI.id()], in[Gpr.RSI.id()] + in[Gpr.RDI.id()]};
        return Arrays.copyOf(all, count);
    }

    private static Sandbox sandbox(boolean rseq) throws Throwable {
        return new Sandbox(
                SessionHeaderDescriptor.MODE_DISCARD,
                rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE,
                true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMirrorHasWhatWasLastStored(boolean rseq) throws Throwable {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Sandbox sandbox = sandbox(rseq)) {
            for (int keyCount = 0; keyCount <= 2; keyCount++) {
                for (int distinct : List.of(5, 30_000)) {
                    sandbox.tables().fill((byte) 0);
                    sandbox.forgetFunctions();
                    compare(sandbox, keyCount, distinct, random);
                }
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private static void compare(Sandbox sandbox, int keyCount, int distinct, Random random) throws Throwable {
        List<Model> models = new ArrayList<>();
        List<Long> stores = new ArrayList<>();
        List<Long> finds = new ArrayList<>();
        for (int mirror = 0; mirror < MIRRORS; mirror++) {
            models.add(new Model());
            MirrorStore store = new MirrorStore(mirror, "m", keys(keyCount), arg(2));
            stores.add(sandbox.patchedFunction(
                    0, random.nextBoolean(), UnknownChildren.NONE, probe(List.of(), List.of(store))));
            finds.add(sandbox.patchedFunction(
                    0,
                    random.nextBoolean(),
                    UnknownChildren.NONE,
                    probe(List.of(number("f", mirrored(mirror, keyCount))), List.of())));
        }
        for (int i = 0; i < EVENTS; i++) {
            long[] in = state(random, distinct);
            int mirror = random.nextInt(MIRRORS);
            if (random.nextBoolean()) {
                run(sandbox, stores.get(mirror), in);
                models.get(mirror).store(key(in, keyCount), in[Gpr.RDX.id()]);
            } else {
                assertThat(run(sandbox, finds.get(mirror), in).get(LONG, 0))
                        .isEqualTo(models.get(mirror).find(key(in, keyCount)));
            }
        }
        long end = MirrorDescriptor.offset(MIRRORS);
        assertThat(sandbox.tables().asSlice(end).mismatch(MemorySegment.ofArray(new byte[4096])))
                .as("nothing behind the mirrors")
                .isEqualTo(4096);
    }

    /** An event's own store comes after all that it captures; a value out of a mirror is the same in all its fields. */
    @Test
    void anEventSeesWhatWasStoredBefore() throws Throwable {
        try (Sandbox sandbox = sandbox(true);
                Arena arena = Arena.ofConfined()) {
            Value.Mirrored before = mirrored(1, 1);
            Value next = new Value.Binary(BinaryOperator.ADD, before, new Value.Constant(1, 8, false), false);
            List<Capture> captures = List.of(
                    new Capture("s", new CaptureType.Str(8), new Value.StringAt(before, 8)),
                    number("p", before),
                    number("q", next),
                    number("l", new Value.Load(before, 1, false)));
            MirrorStore store = new MirrorStore(1, "m", keys(1), arg(2));
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe(captures, List.of(store)));
            long[] in = state(new Random(5), 1000);
            long address = arena.allocateFrom("abc").address();
            in[Gpr.RDX.id()] = address;

            MemorySegment first = run(sandbox, function, in);
            assertThat(first.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0))
                    .as("string and byte at 0 can't be read")
                    .isEqualTo((short) 0b1001);
            assertThat(first.get(LONG, 5)).isZero();

            MemorySegment second = run(sandbox, function, in);
            assertThat(second.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0)).isZero();
            assertThat(second.getString(4)).isEqualTo("abc");
            assertThat(second.get(LONG, 8)).isEqualTo(address);
            assertThat(second.get(LONG, 16)).isEqualTo(address + 1);
            assertThat(second.get(LONG, 24)).isEqualTo('a');
        }
    }
}
