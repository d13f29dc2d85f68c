package io.trapless.tracer.table;

import io.trapless.language.slice.TableShape;
import io.trapless.layout.AggregateTableDescriptor;
import io.trapless.layout.MirrorDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the aggregations of a session lie in each CPU's area.
 *
 * @param mirrorBytes what the mirrors before the first area take
 * @param strideBytes from one CPU's area to the next, a power of two; 0: there are no tables
 */
public record TableLayout(List<Place> places, long mirrorBytes, long strideBytes) {
    /** Bytes of a table with keys; what does not fit is recorded in rings. */
    private static final long MAX_TABLE_BYTES = 1L << 20;

    private static final int MIN_BITS = 4;
    private static final long PAGE = 4096;

    /**
     * One table.
     *
     * @param offset of its first slot from the start of all tables, in the first CPU's area
     * @param homeBits it has {@code 1 << homeBits} home slots; meaningless without keys
     * @param strideBits the areas lie {@code 1 << strideBits} bytes apart
     */
    public record Place(TableShape shape, int offset, int slotBytes, int homeBits, int strideBits) {
        /** All its slots. */
        public int slots() {
            return shape.keyCount() == 0 ? 1 : (1 << homeBits) + AggregateTableDescriptor.PROBES - 1;
        }

        /** Offset of the value in a slot. */
        public int valueOffset() {
            return AggregateTableDescriptor.valueOffset(shape.keyCount());
        }
    }

    public TableLayout {
        places = List.copyOf(places);
    }

    /** Without tables. */
    public static TableLayout none() {
        return new TableLayout(List.of(), 0, 0);
    }

    /**
     * Lays out tables, in their order.
     *
     * @param mirrors how many {@link MirrorDescriptor mirrors} lie before them
     */
    public static TableLayout of(List<TableShape> shapes, int mirrors) {
        int mirrorBytes = MirrorDescriptor.offset(mirrors);
        if (shapes.isEmpty()) {
            return new TableLayout(List.of(), mirrorBytes, 0);
        }
        List<Place> places = new ArrayList<>();
        long end = 0;
        for (TableShape shape : shapes) {
            int slotBytes = AggregateTableDescriptor.slotSize(shape.keyCount(), valueWords(shape));
            Place place = new Place(shape, Math.toIntExact(end), slotBytes, homeBits(shape, slotBytes), 0);
            places.add(place);
            long bytes = (long) place.slots() * slotBytes;
            end += (bytes + AggregateTableDescriptor.ALIGNMENT - 1) & -AggregateTableDescriptor.ALIGNMENT;
        }
        long stride = Math.max(PAGE, Long.highestOneBit(2 * end - 1));
        int strideBits = Long.numberOfTrailingZeros(stride);
        return new TableLayout(
                places.stream()
                        .map(p ->
                                new Place(p.shape(), mirrorBytes + p.offset(), p.slotBytes(), p.homeBits(), strideBits))
                        .toList(),
                mirrorBytes,
                stride);
    }

    private static int homeBits(TableShape shape, int slotBytes) {
        long wanted = Math.clamp(2 * shape.maxEntries(), 1L << MIN_BITS, MAX_TABLE_BYTES);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(wanted - 1);
        while (bits > MIN_BITS && (long) slotBytes << bits > MAX_TABLE_BYTES) {
            bits--;
        }
        return bits;
    }

    /** Words of 8 bytes that a value takes. */
    static int valueWords(TableShape shape) {
        return switch (shape.kind()) {
            case COUNT, MIN, MAX -> 1;
            case SUM, AVG, STATS -> 1 + AggregateTableDescriptor.TOTALS;
            case HIST, LHIST ->
                Math.toIntExact(shape.buckets() == null ? 0 : shape.buckets().count());
            case TSERIES -> throw new IllegalArgumentException("no table keeps a time series");
        };
    }
}
