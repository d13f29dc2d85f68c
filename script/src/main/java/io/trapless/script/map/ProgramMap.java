package io.trapless.script.map;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import io.trapless.script.value.Tuple;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One map of a program. A handler first asks for the slot of its key ({@link #find} or {@link #claim}) and then works on that slot; all operations on the slot {@link #NONE} do nothing or give
 * zero, so that a handler need not ask whether the map was full. A scalar map has the one slot 0.
 *
 * <p>Numbers lie in two columns of {@code long}: the value or total, and what goes with it (the number of values of an average, whether a minimum has one). Everything else lies in a column of
 * objects. One thread at a time.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class ProgramMap {
    /** The slot of a key that is not there or did not fit. */
    public static final int NONE = -1;

    private static final int FIRST_SLOTS = 16;

    private final MapDescriptor descriptor;
    private final Slots slots;
    private final @Nullable LongKeys longKeys;
    private final @Nullable ObjectKeys objectKeys;
    private final boolean evicts;
    private final boolean signed;
    private final int histBits;
    private final MapDescriptor.Parameters.@Nullable Linear linear;
    private final MapDescriptor.Parameters.@Nullable TimeSeries series;

    private long[] values = new long[FIRST_SLOTS];
    private long[] companions = new long[FIRST_SLOTS];
    private @Nullable Object[] objects = new @Nullable Object[FIRST_SLOTS];
    private boolean[] used = new boolean[FIRST_SLOTS];
    private int hand;
    private long dropped;

    public ProgramMap(MapDescriptor descriptor) {
        this.descriptor = descriptor;
        Type key = descriptor.keyType();
        if (key == null || isNumber(key)) {
            longKeys = new LongKeys();
            objectKeys = null;
            slots = longKeys;
        } else {
            longKeys = null;
            objectKeys = new ObjectKeys();
            slots = objectKeys;
        }
        evicts = descriptor.storage() == MapDescriptor.Storage.LRU;
        signed = descriptor.valueType().isSigned();
        histBits = descriptor.parameters() instanceof MapDescriptor.Parameters.Hist hist ? hist.bits() : 0;
        linear = descriptor.parameters() instanceof MapDescriptor.Parameters.Linear l ? l : null;
        series = descriptor.parameters() instanceof MapDescriptor.Parameters.TimeSeries s ? s : null;
    }

    /** Whether values of {@code type} are {@code long} while a handler runs. */
    public static boolean isNumber(Type type) {
        return type.isScalar() || type.equals(new Type.Special(Type.Special.Kind.USERNAME));
    }

    public MapDescriptor descriptor() {
        return descriptor;
    }

    /** Entries in it. */
    public int size() {
        return slots.size();
    }

    /** Updates that found no room. */
    public long dropped() {
        return dropped;
    }

    // Slots.

    /** The slot of a number as key, or {@link #NONE}. Of a scalar map the key is 0. */
    public int find(long key) {
        LongKeys keys = longKeys;
        return keys == null ? NONE : keys.find(key);
    }

    /** The slot of an object as key, or {@link #NONE}. */
    public int find(Object key) {
        ObjectKeys keys = objectKeys;
        return keys == null ? NONE : keys.find(key);
    }

    /** The slot of {@code key}, a new one with zero in it if it had none; {@link #NONE} if the map is full. */
    public int claim(long key) {
        LongKeys keys = longKeys;
        if (keys == null) {
            return NONE;
        }
        int slot = keys.find(key);
        if (slot < 0) {
            if (!makeRoom()) {
                return NONE;
            }
            slot = keys.add(key);
            reset(slot);
        }
        if (evicts) {
            used[slot] = true;
        }
        return slot;
    }

    /** As {@link #claim(long)}. */
    public int claim(Object key) {
        ObjectKeys keys = objectKeys;
        if (keys == null) {
            return NONE;
        }
        int slot = keys.find(key);
        if (slot < 0) {
            if (!makeRoom()) {
                return NONE;
            }
            slot = keys.add(key);
            reset(slot);
        }
        if (evicts) {
            used[slot] = true;
        }
        return slot;
    }

    private boolean makeRoom() {
        if (slots.size() < descriptor.maxEntries()) {
            return true;
        }
        if (!evicts || slots.size() == 0) {
            dropped++;
            return false;
        }
        // the clock algorithm: whoever was used since the hand last came by is passed over once
        while (true) {
            hand = hand + 1 >= slots.high() ? 0 : hand + 1;
            if (slots.isLive(hand)) {
                if (!used[hand]) {
                    slots.release(hand);
                    return true;
                }
                used[hand] = false;
            }
        }
    }

    private void reset(int slot) {
        if (slot >= values.length) {
            int length = Math.max(slot + 1, 2 * values.length);
            values = Arrays.copyOf(values, length);
            companions = Arrays.copyOf(companions, length);
            objects = Arrays.copyOf(objects, length);
            used = Arrays.copyOf(used, length);
        }
        values[slot] = 0;
        companions[slot] = 0;
        objects[slot] = null;
    }

    /** Takes the entry out; false if there was none. */
    public boolean delete(int slot) {
        if (slot < 0) {
            return false;
        }
        slots.release(slot);
        objects[slot] = null;
        return true;
    }

    /** Takes all entries out. */
    public void clear() {
        slots.clear();
        Arrays.fill(objects, null);
    }

    /** Sets all values to zero; the keys stay. */
    public void zero() {
        for (int slot = 0; slot < slots.high(); slot++) {
            values[slot] = 0;
            companions[slot] = 0;
            switch (objects[slot]) {
                case Buckets buckets -> buckets.zero();
                case TimeBuckets buckets -> buckets.zero();
                case null, default -> objects[slot] = null;
            }
        }
    }

    /** The slots in use, oldest first unless some were freed in between: a snapshot for a loop. */
    public int[] liveSlots() {
        int[] live = new int[slots.size()];
        int count = 0;
        for (int slot = 0; slot < slots.high(); slot++) {
            if (slots.isLive(slot)) {
                live[count++] = slot;
            }
        }
        return live;
    }

    /** Whether a slot of a snapshot still holds an entry. */
    public boolean isLive(int slot) {
        return slot < slots.high() && slots.isLive(slot);
    }

    /** The key of a slot in use; a {@link Long} for a number. */
    public Object key(int slot) {
        LongKeys longs = longKeys;
        if (longs != null) {
            return longs.keyOf(slot);
        }
        ObjectKeys keys = objectKeys;
        if (keys == null) {
            throw new IllegalStateException("a map has keys of one kind");
        }
        return keys.keyOf(slot);
    }

    // Plain values.

    /** The number in a slot; 0 if there is none. */
    public long number(int slot) {
        return slot < 0 ? 0 : values[slot];
    }

    public void setNumber(int slot, long value) {
        if (slot >= 0) {
            values[slot] = value;
        }
    }

    /** Adds to the number and gives the new one; of {@link #NONE} the sum with 0. */
    public long increment(int slot, long step) {
        if (slot < 0) {
            return step;
        }
        values[slot] += step;
        return values[slot];
    }

    /** The object in a slot; null if there is none or it was never set. */
    public @Nullable Object object(int slot) {
        return slot < 0 ? null : objects[slot];
    }

    /** The object in a slot, or {@code zero}. */
    public Object object(int slot, Object zero) {
        Object value = object(slot);
        return value == null ? zero : value;
    }

    /** Key and value of a slot in use, as a loop over the map has them; of an accumulator its number. */
    public Tuple entry(int slot) {
        Type type = descriptor.valueType();
        Object value;
        if (type instanceof Type.Aggregate) {
            value = accumulated(slot);
        } else if (isNumber(type)) {
            value = number(slot);
        } else {
            value = object(slot, Zeros.of(type));
        }
        return new Tuple(new Object[] {key(slot), value});
    }

    public void setObject(int slot, Object value) {
        if (slot >= 0) {
            objects[slot] = value;
        }
    }

    // Aggregations.

    /** {@code count()}. */
    public void count(int slot) {
        if (slot >= 0) {
            values[slot]++;
        }
    }

    /** {@code sum(value)}. */
    public void sum(int slot, long value) {
        if (slot >= 0) {
            values[slot] += value;
        }
    }

    /** {@code avg(value)} and {@code stats(value)}. */
    public void average(int slot, long value) {
        if (slot >= 0) {
            values[slot] += value;
            companions[slot]++;
        }
    }

    /** {@code min(value)}. */
    public void min(int slot, long value) {
        if (slot >= 0 && (companions[slot] == 0 || less(value, values[slot]))) {
            values[slot] = value;
            companions[slot] = 1;
        }
    }

    /** {@code max(value)}. */
    public void max(int slot, long value) {
        if (slot >= 0 && (companions[slot] == 0 || less(values[slot], value))) {
            values[slot] = value;
            companions[slot] = 1;
        }
    }

    /** Many values at once, of {@code count}, {@code sum}, {@code avg} or {@code stats}. */
    public void accumulate(int slot, long amount, long events) {
        if (slot >= 0) {
            values[slot] += amount;
            if (kind() == AggregateKind.AVG || kind() == AggregateKind.STATS) {
                companions[slot] += events;
            }
        }
    }

    /** A value of {@code min} or {@code max}. */
    public void extreme(int slot, long value) {
        if (kind() == AggregateKind.MIN) {
            min(slot, value);
        } else {
            max(slot, value);
        }
    }

    /** Many values of one bucket, of {@code hist} or {@code lhist}. */
    public void addToBucket(int slot, int bucket, long events) {
        if (slot >= 0) {
            buckets(slot).add(bucket, events);
        }
    }

    private @Nullable AggregateKind kind() {
        return descriptor.valueType() instanceof Type.Aggregate aggregate ? aggregate.kind() : null;
    }

    private boolean less(long a, long b) {
        return signed ? a < b : Long.compareUnsigned(a, b) < 0;
    }

    /** {@code hist(value)}. */
    public void hist(int slot, long value) {
        if (slot >= 0) {
            buckets(slot).add(Buckets.logarithmic(value, histBits));
        }
    }

    /** {@code lhist(value)}. */
    public void lhist(int slot, long value) {
        MapDescriptor.Parameters.Linear shape = linear;
        if (slot >= 0 && shape != null) {
            buckets(slot).add(Buckets.linear(value, shape.min(), shape.max(), shape.step()));
        }
    }

    private Buckets buckets(int slot) {
        if (objects[slot] instanceof Buckets buckets) {
            return buckets;
        }
        Buckets buckets = new Buckets();
        objects[slot] = buckets;
        return buckets;
    }

    /**
     * {@code tseries(value)}.
     *
     * @param epochNanos when, in nanoseconds since 1970
     */
    public void tseries(int slot, long value, long epochNanos) {
        MapDescriptor.Parameters.TimeSeries shape = series;
        if (slot < 0 || shape == null) {
            return;
        }
        TimeBuckets buckets;
        if (objects[slot] instanceof TimeBuckets known) {
            buckets = known;
        } else {
            buckets = new TimeBuckets(shape.intervals());
            objects[slot] = buckets;
        }
        buckets.add(Math.floorDiv(epochNanos, shape.intervalNanos()), value, shape.function(), signed);
    }

    /** The number that an accumulator amounts to: count, sum, average, minimum, maximum. */
    public long accumulated(int slot) {
        if (slot < 0) {
            return 0;
        }
        AggregateKind kind = kind();
        if (kind != AggregateKind.AVG && kind != AggregateKind.STATS) {
            return values[slot];
        }
        long count = companions[slot];
        if (count == 0) {
            return 0;
        }
        return signed ? values[slot] / count : Long.divideUnsigned(values[slot], count);
    }

    /** How many values an average or {@code stats} has taken in. */
    long companion(int slot) {
        return slot < 0 ? 0 : companions[slot];
    }
}
