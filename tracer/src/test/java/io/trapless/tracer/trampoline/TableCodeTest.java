package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.TableShape;
import io.trapless.language.slice.TableShape.Buckets;
import io.trapless.language.slice.Value;
import io.trapless.language.types.AggregateKind;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.table.TableLayout;
import io.trapless.tracer.table.TableReader;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs generated table updates on this thread and compares what a reader gets with what simple Java makes of the same values. */
class TableCodeTest {
    private static final int EVENTS = 4000;

    private static Value arg(int index) {
        return new Value.Argument(index, 8, false);
    }

    private static Sandbox sandbox(boolean rseq) throws Throwable {
        return new Sandbox(
                SessionHeaderDescriptor.MODE_OVERWRITE,
                rseq ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE,
                true);
    }

    /** What a table holds, by key: each bucket, the sum, the number of events, the extreme. */
    private static final class Model implements TableReader.Sink {
        final Map<List<Long>, Map<String, Long>> entries = new HashMap<>();

        private Map<String, Long> entry(long[] keys) {
            return entries.computeIfAbsent(Arrays.stream(keys).boxed().toList(), _ -> new HashMap<>());
        }

        @Override
        public void add(int table, long[] keys, long amount, long events) {
            entry(keys).merge("amount", amount, Long::sum);
            entry(keys).merge("events", events, Long::sum);
        }

        @Override
        public void extreme(int table, long[] keys, long value) {
            throw new IllegalStateException("told of extremes by ExtremeModel alone");
        }

        @Override
        public void bucket(int table, long[] keys, int bucket, long events) {
            entry(keys).merge("bucket " + bucket, events, Long::sum);
        }
    }

    /** As {@link Model}, for minima and maxima of any CPU. */
    private static final class Extremes implements TableReader.Sink {
        final Map<List<Long>, Long> entries = new HashMap<>();
        private final TableShape shape;

        Extremes(TableShape shape) {
            this.shape = shape;
        }

        @Override
        public void add(int table, long[] keys, long amount, long events) {
            throw new IllegalStateException("no sum here");
        }

        @Override
        public void extreme(int table, long[] keys, long value) {
            entries.merge(Arrays.stream(keys).boxed().toList(), value, (a, b) -> {
                int order = shape.signed() ? Long.compare(a, b) : Long.compareUnsigned(a, b);
                return (shape.kind() == AggregateKind.MIN) == (order < 0) ? a : b;
            });
        }

        @Override
        public void bucket(int table, long[] keys, int bucket, long events) {
            throw new IllegalStateException("no bucket here");
        }
    }

    private static TableShape shape(AggregateKind kind, int keyCount, Random random) {
        Buckets buckets = switch (kind) {
            case HIST -> new Buckets.Logarithmic(random.nextInt(6));
            case LHIST -> {
                long min = random.nextInt(100);
                long step = 1 + random.nextInt(40);
                yield new Buckets.Linear(min, min + step * (1 + random.nextInt(30)), step);
            }
            default -> null;
        };
        return new TableShape(kind, keyCount, random.nextBoolean(), buckets, 64);
    }

    /** The bucket by definition, with numbers that can't overflow. */
    private static String bucketOf(Buckets buckets, long value) {
        BigInteger v = BigInteger.valueOf(value);
        return "bucket "
                + switch (buckets) {
                    case Buckets.Logarithmic(int bits) -> {
                        if (value < 0) {
                            yield 0;
                        }
                        if (value < 1L << bits) {
                            yield value + 1;
                        }
                        int power = v.bitLength() - 1;
                        long part = v.subtract(BigInteger.ONE.shiftLeft(power))
                                .shiftRight(power - bits)
                                .longValueExact();
                        yield ((long) (power - bits + 1) << bits) + part + 1;
                    }
                    case Buckets.Linear(long min, long max, long step) ->
                        value < min
                                ? 0
                                : value >= max
                                        ? 1 + (max - min) / step
                                        : v.subtract(BigInteger.valueOf(min))
                                                        .divide(BigInteger.valueOf(step))
                                                        .longValueExact()
                                                + 1;
                };
    }

    private static long randomValue(Random random) {
        long value = random.nextLong() >>> random.nextInt(64);
        return switch (random.nextInt(4)) {
            case 0 -> -value;
            case 1 -> random.nextInt(2000) - 100;
            case 2 -> 1L << random.nextInt(64);
            default -> value;
        };
    }

    private static SiteProbe probe(TableLayout layout, int keyCount, boolean hasValue) {
        List<Value> keys = new ArrayList<>();
        for (int i = 0; i < keyCount; i++) {
            keys.add(i == 1 ? new Value.Binary(BinaryOperator.ADD, arg(i), arg(0), false) : arg(i));
        }
        TableUpdate update = new TableUpdate(layout.places().getFirst(), keys, hasValue ? arg(3) : null);
        return new SiteProbe(
                5,
                new Value.Binary(BinaryOperator.NOT_EQUAL, arg(4), new Value.Constant(77, 8, false), false),
                List.of(),
                List.of(),
                FrameStart.RETURN_ON_TOP,
                SiteProbe.NO_TRIGGER,
                update,
                List.of());
    }

    private static long recorded(Sandbox sandbox) {
        long bytes = 0;
        for (int cpu = 0; cpu < Sandbox.CPUS; cpu++) {
            long rseq = SessionHeaderDescriptor.rseqRingOffset(cpu, Sandbox.CAPACITY);
            long atomic = SessionHeaderDescriptor.atomicRingOffset(cpu, Sandbox.CPUS, Sandbox.CAPACITY);
            bytes += sandbox.ringLong(rseq, RingDescriptor.HEAD_OFFSET) - PacketDescriptor.HEADER_SIZE;
            bytes += sandbox.ringLong(atomic, RingDescriptor.HEAD_OFFSET) - PacketDescriptor.HEADER_SIZE;
        }
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(
            value = AggregateKind.class,
            names = {"TSERIES"},
            mode = EnumSource.Mode.EXCLUDE)
    void aTableHoldsWhatTheEventsAmountTo(AggregateKind kind) throws Throwable {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Sandbox sandbox = sandbox(true)) {
            for (int keyCount = 0; keyCount <= 3; keyCount++) {
                for (UnknownChildren children : UnknownChildren.values()) {
                    sandbox.tables().fill((byte) 0);
                    sandbox.forgetFunctions();
                    TableShape shape = shape(kind, keyCount, random);
                    compare(sandbox, shape, children, random);
                }
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private static void compare(Sandbox sandbox, TableShape shape, UnknownChildren children, Random random)
            throws Throwable {
        int stride = Long.numberOfTrailingZeros(Sandbox.TABLE_STRIDE);
        TableLayout tight = TableLayout.of(List.of(shape), 0);
        TableLayout.Place at = tight.places().getFirst();
        TableLayout layout = new TableLayout(
                List.of(new TableLayout.Place(shape, 4096, at.slotBytes(), at.homeBits(), stride)),
                0,
                Sandbox.TABLE_STRIDE);
        boolean hasValue = shape.kind() != AggregateKind.COUNT;
        boolean extreme = shape.kind() == AggregateKind.MIN || shape.kind() == AggregateKind.MAX;
        long function =
                sandbox.patchedFunction(0, random.nextBoolean(), children, probe(layout, shape.keyCount(), hasValue));
        TableReader reader = new TableReader(layout, sandbox.tables(), Sandbox.CPUS);
        Model read = new Model();
        Model expected = new Model();
        Extremes extremesRead = new Extremes(shape);
        Extremes extremesExpected = new Extremes(shape);
        long before = recorded(sandbox);
        long[] out = new long[Sandbox.STATE_LONGS];
        for (int i = 0; i < EVENTS; i++) {
            long[] in = state(random);
            sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
            assertUntouched(in, out);
            if (in[Gpr.R8.id()] != 77) {
                take(shape, in, extreme ? extremesExpected : expected);
            }
            if (random.nextInt(500) == 0) {
                reader.read(Sandbox.CPUS, extreme ? extremesRead : read);
            }
        }
        reader.read(Sandbox.CPUS, extreme ? extremesRead : read);
        // An update that was interrupted is a record: none of these is lost in what is compared if there was none.
        if (recorded(sandbox) == before) {
            assertThat(read.entries).isEqualTo(expected.entries);
            assertThat(extremesRead.entries).isEqualTo(extremesExpected.entries);
        } else {
            assertThat(recorded(sandbox) - before)
                    .as("interrupted updates are rare")
                    .isLessThan(EVENTS);
            assertThat(expected.entries.keySet()).containsAll(read.entries.keySet());
        }
    }

    private static long[] state(Random random) {
        long[] in = new long[Sandbox.STATE_LONGS];
        for (int i = 0; i < in.length; i++) {
            in[i] = random.nextLong();
        }
        in[Sandbox.FLAGS] = (random.nextInt() & 0x8D5) | 0x202;
        in[Gpr.RDI.id()] = random.nextInt(5) - 2;
        in[Gpr.RSI.id()] = random.nextInt(3);
        in[Gpr.RDX.id()] = random.nextInt(3) * 0x1000000000L;
        in[Gpr.RCX.id()] = randomValue(random);
        in[Gpr.R8.id()] = random.nextInt(10) == 0 ? 77 : random.nextLong();
        return in;
    }

    private static void take(TableShape shape, long[] in, TableReader.Sink into) {
        long[] all = {in[Gpr.RDI.id()], in[Gpr.RSI.id()] + in[Gpr.RDI.id()], in[Gpr.RDX.id()]};
        long[] keys = Arrays.copyOf(all, shape.keyCount());
        long value = in[Gpr.RCX.id()];
        switch (shape.kind()) {
            case COUNT -> into.add(0, keys, 1, 1);
            case SUM, AVG, STATS -> into.add(0, keys, value, 1);
            case MIN, MAX -> into.extreme(0, keys, value);
            case HIST, LHIST -> {
                String bucket = bucketOf(Objects.requireNonNull(shape.buckets()), value);
                into.bucket(0, keys, Integer.parseInt(bucket, 7, bucket.length(), 10), 1);
            }
            case TSERIES -> throw new IllegalStateException();
        }
    }

    private static void assertUntouched(long[] in, long[] out) {
        for (int i = 0; i < Sandbox.STATE_LONGS; i++) {
            if (i != Gpr.RSP.id() && i != Sandbox.FLAGS) {
                assertThat(out[i]).as("register or red zone word %d", i).isEqualTo(in[i]);
            }
        }
    }

    @Test
    void whatHasNoRoomIsRecorded() throws Throwable {
        try (Sandbox sandbox = sandbox(true)) {
            TableShape shape = new TableShape(AggregateKind.COUNT, 1, false, null, 1);
            TableLayout layout = layout(shape);
            int slots = layout.places().getFirst().slots();
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe(layout, 1, false));
            Random random = new Random(3);
            int events = 1000;
            long[] out = new long[Sandbox.STATE_LONGS];
            Set<Long> keys = new HashSet<>();
            long before = recorded(sandbox);
            for (int i = 0; i < events; i++) {
                long[] in = state(random);
                in[Gpr.R8.id()] = 0;
                in[Gpr.RDI.id()] = random.nextLong();
                keys.add(in[Gpr.RDI.id()]);
                sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
            }
            Model read = new Model();
            new TableReader(layout, sandbox.tables(), Sandbox.CPUS).read(Sandbox.CPUS, read);
            long taken = read.entries.values().stream()
                    .mapToLong(entry -> entry.get("events"))
                    .sum();
            assertThat(read.entries.size()).isPositive().isLessThanOrEqualTo(slots * Sandbox.CPUS);
            // The ring overwrites, and counts positions: a record without fields has 16 bytes, packet headers some
            // more.
            assertThat(recorded(sandbox) - before).isGreaterThanOrEqualTo((events - taken) * 16);
            assertThat(taken).isLessThan(events);
            assertThat(keys.stream().map(List::of).toList()).containsAll(read.entries.keySet());
        }
    }

    @Test
    void withoutRseqEverythingIsRecorded() throws Throwable {
        try (Sandbox sandbox = sandbox(false)) {
            TableLayout layout = layout(new TableShape(AggregateKind.COUNT, 0, false, null, 1));
            long function = sandbox.patchedFunction(0, false, UnknownChildren.NONE, probe(layout, 0, false));
            Random random = new Random(3);
            long[] out = new long[Sandbox.STATE_LONGS];
            long before = recorded(sandbox);
            for (int i = 0; i < 100; i++) {
                long[] in = state(random);
                in[Gpr.R8.id()] = 0;
                sandbox.run(function, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
            }
            assertThat(recorded(sandbox) - before).isEqualTo(100 * 16);
            assertThat(sandbox.tables().asByteBuffer().getLong(8)).isZero();
        }
    }

    private static TableLayout layout(TableShape shape) {
        TableLayout.Place at = TableLayout.of(List.of(shape), 0).places().getFirst();
        int stride = Long.numberOfTrailingZeros(Sandbox.TABLE_STRIDE);
        return new TableLayout(
                List.of(new TableLayout.Place(shape, 0, at.slotBytes(), at.homeBits(), stride)),
                0,
                Sandbox.TABLE_STRIDE);
    }
}
