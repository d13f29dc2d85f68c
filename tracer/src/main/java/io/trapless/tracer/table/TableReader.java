package io.trapless.tracer.table;

import io.trapless.language.types.AggregateKind;
import io.trapless.layout.AggregateTableDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tables of all CPUs while trampolines write them, and gives what has come since the last time. What it reads is the targets' to scribble on: no value of it is used as a size, an offset or an index. For
 * one thread.
 */
public final class TableReader {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    /** Tries to read a total that its writers don't overtake. A writer takes nanoseconds, so thousands can only fail if the memory is written by something else. */
    private static final int TOTAL_TRIES = 1_000_000;

    private final TableLayout layout;
    private final MemorySegment memory;
    private final int cpuCount;
    private int cpusSeen;

    /** What has been taken in, by table, CPU and slot. */
    private final List<List<Taken>> taken = new ArrayList<>();

    /** What has been taken in of one CPU's table: by slot, null until a slot is in use. */
    private static final class Taken {
        final long[] @Nullable [] slots;

        Taken(int slotCount) {
            this.slots = new long[slotCount][];
        }

        /** Of a slot; new if there was nothing yet. */
        long[] of(int slot, int words) {
            long[] known = slots[slot];
            if (known == null) {
                known = new long[words];
                slots[slot] = known;
            }
            return known;
        }
    }

    /** Gets what is new. */
    public interface Sink {
        /**
         * So much more.
         *
         * @param keys valid during the call only
         * @param amount the sum of what was added; of a count, the events
         * @param events how many
         */
        void add(int table, long[] keys, long amount, long events);

        /** A minimum or maximum, as it stands. */
        void extreme(int table, long[] keys, long value);

        /** Events that went to one bucket. */
        void bucket(int table, long[] keys, int bucket, long events);
    }

    /**
     * @param memory all tables
     * @param cpuCount possible CPUs
     */
    public TableReader(TableLayout layout, MemorySegment memory, int cpuCount) {
        this.layout = layout;
        this.memory = memory;
        this.cpuCount = cpuCount;
        layout.places().forEach(_ -> taken.add(new ArrayList<>()));
    }

    /**
     * Hands over all that is new.
     *
     * @param onlineEnd above every CPU that is online: the areas of others have no memory until they are looked at
     */
    public void read(int onlineEnd, Sink sink) {
        cpusSeen = Math.max(cpusSeen, Math.min(onlineEnd, cpuCount));
        for (int table = 0; table < layout.places().size(); table++) {
            TableLayout.Place place = layout.places().get(table);
            for (int cpu = 0; cpu < cpusSeen; cpu++) {
                read(table, place, cpu, sink);
            }
        }
    }

    private void read(int table, TableLayout.Place place, int cpu, Sink sink) {
        long start = cpu * layout.strideBytes() + place.offset();
        long[] keys = new long[place.shape().keyCount()];
        List<Taken> ofCpus = taken.get(table);
        while (ofCpus.size() <= cpu) {
            ofCpus.add(new Taken(place.slots()));
        }
        Taken known = ofCpus.get(cpu);
        for (int slot = 0; slot < place.slots(); slot++) {
            long at = start + (long) slot * place.slotBytes();
            if (isEmpty(place, at)) {
                continue;
            }
            for (int i = 0; i < keys.length; i++) {
                keys[i] = get(at + AggregateTableDescriptor.KEYS_OFFSET + 8L * i);
            }
            value(table, place, at + place.valueOffset(), keys, known.of(slot, takenWords(place)), sink);
        }
    }

    /** The one slot of a table without keys is in use from the start, but for its state where there is one. */
    private boolean isEmpty(TableLayout.Place place, long at) {
        boolean hasState = place.shape().keyCount() > 0 || isExtreme(place);
        return hasState
                && (long) LONG.getAcquire(memory, at + AggregateTableDescriptor.STATE_OFFSET)
                        == AggregateTableDescriptor.FREE;
    }

    private static boolean isExtreme(TableLayout.Place place) {
        AggregateKind kind = place.shape().kind();
        return kind == AggregateKind.MIN || kind == AggregateKind.MAX;
    }

    private static int takenWords(TableLayout.Place place) {
        return switch (place.shape().kind()) {
            case SUM, AVG, STATS -> 2;
            case MIN, MAX -> 0;
            default -> TableLayout.valueWords(place.shape());
        };
    }

    private void value(int table, TableLayout.Place place, long at, long[] keys, long[] known, Sink sink) {
        switch (place.shape().kind()) {
            case COUNT -> {
                long now = get(at);
                long more = now - known[0];
                known[0] = now;
                if (more != 0) {
                    sink.add(table, keys, more, more);
                }
            }
            case SUM, AVG, STATS -> total(table, at, keys, known, sink);
            case MIN, MAX -> sink.extreme(table, keys, get(at));
            case HIST, LHIST -> {
                for (int bucket = 0; bucket < known.length; bucket++) {
                    long now = get(at + 8L * bucket);
                    long more = now - known[bucket];
                    known[bucket] = now;
                    if (more != 0) {
                        sink.bucket(table, keys, bucket, more);
                    }
                }
            }
            case TSERIES -> throw new IllegalStateException("no table keeps a time series");
        }
    }

    private void total(int table, long at, long[] keys, long[] known, Sink sink) {
        for (int i = 0; i < TOTAL_TRIES; i++) {
            long events = (long) LONG.getAcquire(memory, at);
            long place = events & (AggregateTableDescriptor.TOTALS - 1);
            long total = (long) LONG.getAcquire(memory, at + 8 + 8 * place);
            long after = (long) LONG.getAcquire(memory, at);
            if (after - events >= 0 && after - events <= AggregateTableDescriptor.TOTALS - 2) {
                if (events != known[0]) {
                    sink.add(table, keys, total - known[1], events - known[0]);
                    known[0] = events;
                    known[1] = total;
                }
                return;
            }
        }
    }

    private long get(long at) {
        return (long) LONG.getOpaque(memory, at);
    }
}
