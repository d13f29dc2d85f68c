package io.trapless.script.map;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import io.trapless.script.output.Datum;
import io.trapless.script.output.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map as it is shown. The order is bpftrace's: integers, counts and sums by value, averages by the average, histograms by the number of values in them, time series as they came, all others by key; the largest
 * come last.
 */
public final class MapReport {
    private final ProgramMap map;
    private final Presenter presenter;
    private final @Nullable Type keyType;
    private final Type valueType;
    private final @Nullable AggregateKind kind;
    private final boolean signed;
    private final long div;

    private MapReport(ProgramMap map, long div, Presenter presenter) {
        MapDescriptor descriptor = map.descriptor();
        this.map = map;
        this.presenter = presenter;
        this.div = div == 0 ? 1 : div;
        keyType = descriptor.keyType();
        valueType = descriptor.valueType();
        kind = valueType instanceof Type.Aggregate aggregate ? aggregate.kind() : null;
        signed = valueType.isSigned();
    }

    /**
     * The report of a whole map.
     *
     * @param top how many entries at most, the largest; 0: all
     * @param div what numbers and counts of buckets are divided by; 0: 1
     */
    public static Report of(ProgramMap map, long top, long div, Presenter presenter) {
        return new MapReport(map, div, presenter).report(top);
    }

    /** What an accumulator holds, by itself; of a slot that is not there, zero. */
    public static Report ofEntry(ProgramMap map, int slot, long div, Presenter presenter) {
        return new MapReport(map, div, presenter).value(slot, TimeRange.NONE);
    }

    private Report report(long top) {
        List<Integer> slots = new ArrayList<>();
        for (int slot : map.liveSlots()) {
            slots.add(slot);
        }
        slots.sort(order());
        TimeRange range = timeRange(slots);
        if (keyType == null) {
            return wrap(slots.isEmpty() && !hasBuckets() ? zero() : scalar(slots, range));
        }
        if (top > 0 && slots.size() > top) {
            slots = slots.subList(slots.size() - (int) top, slots.size());
        }
        List<Report.Row> rows = new ArrayList<>();
        for (int slot : slots) {
            rows.add(new Report.Row(presenter.present(keyType, map.key(slot)), unwrapped(slot, range)));
        }
        return wrap(new Report.Table(rows));
    }

    private boolean hasBuckets() {
        return kind == AggregateKind.HIST || kind == AggregateKind.LHIST || kind == AggregateKind.TSERIES;
    }

    private Report scalar(List<Integer> slots, TimeRange range) {
        // a histogram without a value prints as an empty table, that is not at all
        return slots.isEmpty() ? new Report.Table(List.of()) : unwrapped(slots.getFirst(), range);
    }

    private Report zero() {
        return unwrapped(ProgramMap.NONE, TimeRange.NONE);
    }

    private Report wrap(Report report) {
        return kind == AggregateKind.AVG || kind == AggregateKind.STATS ? new Report.Statistics(report) : report;
    }

    private Report value(int slot, TimeRange range) {
        return wrap(unwrapped(slot, range));
    }

    private Report unwrapped(int slot, TimeRange range) {
        return switch (kind) {
            case null -> new Report.Single(plain(slot));
            case COUNT -> number(map.number(slot), false);
            case SUM, MIN, MAX -> number(map.number(slot), signed);
            case AVG -> number(map.accumulated(slot), signed);
            case STATS ->
                new Report.Single(new Datum.Struct(List.of(
                        new Datum.Field("count", new Datum.Int(map.companion(slot), signed)),
                        new Datum.Field("average", divided(map.accumulated(slot), signed)),
                        new Datum.Field("total", new Datum.Int(map.number(slot), signed)))));
            case HIST, LHIST ->
                map.object(slot) instanceof Buckets buckets
                        ? HistogramReport.of(buckets, map.descriptor().parameters(), div)
                        : HistogramReport.EMPTY;
            case TSERIES -> series(slot, range);
        };
    }

    private Datum plain(int slot) {
        if (!ProgramMap.isNumber(valueType)) {
            Object value = map.object(slot);
            return presenter.present(valueType, value == null ? Zeros.of(valueType) : value);
        }
        return valueType instanceof Type.Int
                ? divided(map.number(slot), signed)
                : presenter.present(valueType, map.number(slot));
    }

    private Report number(long value, boolean isSigned) {
        return new Report.Single(divided(value, isSigned));
    }

    private Datum divided(long value, boolean isSigned) {
        return new Datum.Int(isSigned ? value / div : Long.divideUnsigned(value, div), isSigned);
    }

    // Order.

    private Comparator<Integer> order() {
        Comparator<Integer> byKey =
                keyType == null ? (_, _) -> 0 : Comparator.comparing(map::key, KeyOrder.of(keyType));
        Comparator<Integer> byValue = switch (kind) {
            case null -> valueType.isInteger() ? byNumber(map::number, signed) : (_, _) -> 0;
            case COUNT -> byNumber(map::number, false);
            case SUM -> byNumber(map::number, signed);
            case MIN, MAX -> byNumber(map::number, false);
            case AVG, STATS -> byNumber(map::accumulated, signed);
            case HIST, LHIST -> byNumber(slot -> map.object(slot) instanceof Buckets b ? b.total() : 0, false);
            case TSERIES -> (_, _) -> 0;
        };
        return byValue.thenComparing(byKey);
    }

    private static Comparator<Integer> byNumber(java.util.function.ToLongFunction<Integer> number, boolean isSigned) {
        return isSigned
                ? Comparator.comparingLong(number)
                : (a, b) -> Long.compareUnsigned(number.applyAsLong(a), number.applyAsLong(b));
    }

    // Time series.

    /**
     * The intervals that all series of a map show.
     *
     * @param first numbers of intervals since 1970
     * @param last inclusive
     */
    private record TimeRange(long first, long last) {
        static final TimeRange NONE = new TimeRange(0, -1);
    }

    private TimeRange timeRange(List<Integer> slots) {
        if (!(map.descriptor().parameters() instanceof MapDescriptor.Parameters.TimeSeries shape)) {
            return TimeRange.NONE;
        }
        long last = -1;
        for (int slot : slots) {
            if (map.object(slot) instanceof TimeBuckets buckets) {
                last = Math.max(last, buckets.newest());
            }
        }
        return last < 0 ? TimeRange.NONE : new TimeRange(Math.max(0, last - shape.intervals() + 1), last);
    }

    private Report series(int slot, TimeRange range) {
        List<Report.Point> points = new ArrayList<>();
        if (map.object(slot) instanceof TimeBuckets buckets
                && map.descriptor().parameters() instanceof MapDescriptor.Parameters.TimeSeries shape) {
            for (long epoch = range.first(); epoch <= range.last(); epoch++) {
                boolean has = buckets.has(epoch);
                if (has || !points.isEmpty()) {
                    Datum value = has ? new Datum.Int(buckets.value(epoch, shape.function(), signed), signed) : null;
                    points.add(new Report.Point(epoch * shape.intervalNanos(), value));
                }
            }
        }
        return new Report.TimeSeries(points);
    }
}
