package io.trapless.trace.ctf;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** How many bytes a record takes, by its event id: a table look-up for ids of a fixed size, a walk over the fields for the others. Trusts no byte. */
final class RecordSizes {
    /** No event has this id. */
    static final int UNKNOWN_ID = -1;

    /** A field would reach beyond the limit. */
    static final int TRUNCATED = -2;

    /** In {@link #table}: no such id. */
    static final int NONE = 0;

    /** In {@link #table}: see the plan. */
    static final int VARIABLE = -1;

    private static final int TEXT_STEP = -1;
    private static final int BYTES_STEP = -2;
    private static final int ADDRESSES_STEP = -3;
    private static final int IDS = EventType.MAX_ID + 2;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int headerSizeBytes;

    /** Bytes by id, header included; {@link #NONE} or {@link #VARIABLE}. 65,536 entries, so that any 16-bit id may look. */
    final int[] table = new int[IDS];

    /** For ids of variable size: bytes to skip, {@link #TEXT_STEP}, {@link #BYTES_STEP} or {@link #ADDRESSES_STEP}, in order. */
    private final int[][] plans = new int[IDS][];

    /**
     * @param headerSizeBytes event header and context
     */
    RecordSizes(int headerSizeBytes) {
        this.headerSizeBytes = headerSizeBytes;
    }

    void add(EventType event) {
        int payload = event.payloadSizeBytes();
        if (payload != FieldKind.VARIABLE) {
            table[event.id()] = headerSizeBytes + payload;
        } else {
            plans[event.id()] = plan(event);
            VarHandle.storeStoreFence();
            table[event.id()] = VARIABLE;
        }
        VarHandle.fullFence();
    }

    /** Bytes of the record of {@code id} at {@code offset}, {@link #UNKNOWN_ID}, or {@link #TRUNCATED} if it does not end at {@code limit} or before. */
    int sizeOf(int id, MemorySegment segment, long offset, long limit) {
        int size = table[id];
        if (size == NONE) {
            return UNKNOWN_ID;
        }
        if (size == VARIABLE) {
            return variableSize(id, segment, offset, limit);
        }
        return size <= limit - offset ? size : TRUNCATED;
    }

    private int variableSize(int id, MemorySegment segment, long offset, long limit) {
        long position = offset;
        for (int step : plans[id]) {
            if (step == TEXT_STEP) {
                position = endOfText(segment, position, limit);
            } else if (step == BYTES_STEP || step == ADDRESSES_STEP) {
                long unit = step == BYTES_STEP ? 1 : Long.BYTES;
                position = limit - position < Short.BYTES
                        ? Long.MAX_VALUE
                        : position + Short.BYTES + unit * (segment.get(SHORT, position) & 0xFFFF);
            } else {
                position += step;
            }
            if (position > limit) {
                return TRUNCATED;
            }
        }
        return (int) (position - offset);
    }

    /** Offset behind the NUL, or Long.MAX_VALUE if there is none before {@code limit}. */
    private static long endOfText(MemorySegment segment, long offset, long limit) {
        long position = offset;
        while (limit - position >= Long.BYTES) {
            long word = segment.get(LONG, position);
            // Bit 7 of every zero byte (and perhaps of bytes above the first one).
            long zeros = (word - 0x0101010101010101L) & ~word & 0x8080808080808080L;
            if (zeros != 0) {
                return position + Long.numberOfTrailingZeros(zeros) / Byte.SIZE + 1;
            }
            position += Long.BYTES;
        }
        while (position < limit) {
            if (segment.get(ValueLayout.JAVA_BYTE, position++) == 0) {
                return position;
            }
        }
        return Long.MAX_VALUE;
    }

    private int[] plan(EventType event) {
        int[] steps = new int[event.fields().size() * 2 + 1];
        int count = 0;
        int skip = headerSizeBytes + (event.faultable() ? EventType.FAULT_WORDS_SIZE : 0);
        for (FieldType field : event.fields()) {
            int fixed = field.kind().fixedSizeBytes();
            if (fixed != FieldKind.VARIABLE) {
                skip += fixed;
                continue;
            }
            if (skip > 0) {
                steps[count++] = skip;
                skip = 0;
            }
            steps[count++] = switch (field.kind()) {
                case FieldKind.Text _ -> TEXT_STEP;
                case FieldKind.Addresses _ -> ADDRESSES_STEP;
                default -> BYTES_STEP;
            };
        }
        if (skip > 0) {
            steps[count++] = skip;
        }
        return Arrays.copyOf(steps, count);
    }
}
