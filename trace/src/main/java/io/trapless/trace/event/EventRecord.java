package io.trapless.trace.event;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One event, as a window over its bytes: a flyweight that a reader moves from event to event, so nothing is allocated for each. Values are valid until the next move.
 *
 * <p>The bytes must have been checked before (see {@code PacketScanner}): this class walks them without asking again. For one thread at a time.
 */
public final class EventRecord {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final EventType NONE = new EventType(0, "", EventType.NO_PID, List.of(), false);

    private EventType type = NONE;
    private MemorySegment segment = MemorySegment.NULL;
    private long payloadOffset;
    private long tsc;
    private int cpu;
    private int tid;
    private int pid;

    /**
     * Moves to another event.
     *
     * @param segment where the record lies
     * @param payloadOffset first byte behind the event header and context
     * @param tsc the full timestamp, cycles
     * @param pid process id, or {@link EventType#NO_PID}
     */
    public void wrap(EventType type, MemorySegment segment, long payloadOffset, long tsc, int cpu, int tid, int pid) {
        this.type = type;
        this.segment = segment;
        this.payloadOffset = payloadOffset;
        this.tsc = tsc;
        this.cpu = cpu;
        this.tid = tid;
        this.pid = pid;
    }

    public EventType type() {
        return type;
    }

    /** TSC cycles. */
    public long tsc() {
        return tsc;
    }

    public int cpu() {
        return cpu;
    }

    /** Thread id in the target's own pid namespace. */
    public int tid() {
        return tid;
    }

    /** Process id, or {@link EventType#NO_PID} if nobody knows. */
    public int pid() {
        return pid;
    }

    /** Corrects the process: a thread table knows better than the event type. */
    public void setPid(int pid) {
        this.pid = pid;
    }

    /** Where the record lies. */
    public MemorySegment segment() {
        return segment;
    }

    /** Offset in {@link #segment} of the fault words, or of the first value if the event is not faultable. */
    public long payloadOffset() {
        return payloadOffset;
    }

    /** One bit a value: it could not be read, and is 0 or empty. */
    public int faultBits() {
        return type.faultable() ? segment.get(SHORT, payloadOffset) & 0xFFFF : 0;
    }

    /** One bit a value: a string that was longer than its limit. */
    public int cutBits() {
        return type.faultable() ? segment.get(SHORT, payloadOffset + 2) & 0xFFFF : 0;
    }

    /** Offset in {@link #segment} of the value of field {@code index}. */
    public long fieldOffset(int index) {
        long offset = payloadOffset + (type.faultable() ? EventType.FAULT_WORDS_SIZE : 0);
        for (int i = 0; i < index; i++) {
            offset += valueSizeBytes(type.fields().get(i).kind(), offset);
        }
        return offset;
    }

    /** The integer in field {@code index}, extended to 64 bits by its sign or by zeros. */
    public long integer(int index) {
        return switch (type.fields().get(index).kind()) {
            case FieldKind.Int kind -> integerAt(kind, fieldOffset(index));
            case FieldKind.Real _, FieldKind.Text _, FieldKind.Bytes _, FieldKind.Addresses _ ->
                throw wrongKind(index, "an integer");
        };
    }

    public double real(int index) {
        return switch (type.fields().get(index).kind()) {
            case FieldKind.Real kind ->
                kind.sizeBytes() == 4
                        ? Float.intBitsToFloat(segment.get(INT, fieldOffset(index)))
                        : Double.longBitsToDouble(segment.get(LONG, fieldOffset(index)));
            case FieldKind.Int _, FieldKind.Text _, FieldKind.Bytes _, FieldKind.Addresses _ ->
                throw wrongKind(index, "a floating point number");
        };
    }

    /** The string in field {@code index}; bytes that are not UTF-8 become U+FFFD. */
    public String text(int index) {
        return switch (type.fields().get(index).kind()) {
            case FieldKind.Text kind -> {
                long offset = fieldOffset(index);
                yield new String(copy(offset, valueSizeBytes(kind, offset) - 1), StandardCharsets.UTF_8);
            }
            case FieldKind.Int _, FieldKind.Real _, FieldKind.Bytes _, FieldKind.Addresses _ ->
                throw wrongKind(index, "a string");
        };
    }

    /** A copy of the buffer in field {@code index}. */
    public byte[] bytes(int index) {
        return switch (type.fields().get(index).kind()) {
            case FieldKind.Bytes kind -> {
                long offset = fieldOffset(index);
                yield copy(offset + Short.BYTES, valueSizeBytes(kind, offset) - Short.BYTES);
            }
            case FieldKind.Int _, FieldKind.Real _, FieldKind.Text _, FieldKind.Addresses _ ->
                throw wrongKind(index, "a buffer");
        };
    }

    /** A copy of the addresses in field {@code index}. */
    public long[] addresses(int index) {
        if (!(type.fields().get(index).kind() instanceof FieldKind.Addresses)) {
            throw wrongKind(index, "a list of addresses");
        }
        long offset = fieldOffset(index);
        long[] addresses = new long[segment.get(SHORT, offset) & 0xFFFF];
        MemorySegment.copy(segment, LONG, offset + Short.BYTES, addresses, 0, addresses.length);
        return addresses;
    }

    private long integerAt(FieldKind.Int kind, long offset) {
        return switch (kind.sizeBytes()) {
            case 1 ->
                kind.signed()
                        ? segment.get(ValueLayout.JAVA_BYTE, offset)
                        : segment.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
            case 2 -> kind.signed() ? segment.get(SHORT, offset) : segment.get(SHORT, offset) & 0xFFFFL;
            case 4 -> kind.signed() ? segment.get(INT, offset) : segment.get(INT, offset) & 0xFFFFFFFFL;
            default -> segment.get(LONG, offset);
        };
    }

    private long valueSizeBytes(FieldKind kind, long offset) {
        return switch (kind) {
            case FieldKind.Int integer -> integer.sizeBytes();
            case FieldKind.Real real -> real.sizeBytes();
            case FieldKind.Bytes _ -> Short.BYTES + (segment.get(SHORT, offset) & 0xFFFF);
            case FieldKind.Addresses _ -> Short.BYTES + Long.BYTES * (segment.get(SHORT, offset) & 0xFFFFL);
            case FieldKind.Text _ -> {
                long end = offset;
                while (segment.get(ValueLayout.JAVA_BYTE, end) != 0) {
                    end++;
                }
                yield end + 1 - offset;
            }
        };
    }

    private byte[] copy(long offset, long sizeBytes) {
        return segment.asSlice(offset, sizeBytes).toArray(ValueLayout.JAVA_BYTE);
    }

    private IllegalArgumentException wrongKind(int index, String wanted) {
        return new IllegalArgumentException(
                type.name() + "." + type.fields().get(index).name() + " is not " + wanted);
    }
}
