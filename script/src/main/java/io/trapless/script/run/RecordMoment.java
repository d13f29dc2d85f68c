package io.trapless.script.run;

import io.trapless.script.runtime.Moment;
import io.trapless.script.value.Blob;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.TraceClock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A moment that a record tells of. Fields are read from the record's own memory, when the handler asks for them. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class RecordMoment extends Moment {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final EventClock clock;
    private final long wallOffset;
    private final EventRecord record = new EventRecord();
    private @Nullable EventKind kind;
    private final TextCache texts = new TextCache();

    /**
     * @param clock of the records
     * @param wallOffset the wall clock minus CLOCK_BOOTTIME, nanoseconds
     */
    RecordMoment(TraceClock clock, long wallOffset) {
        this.clock = new EventClock(clock);
        this.wallOffset = wallOffset;
    }

    /** To be pointed at a record; then {@link #show} is to be called. */
    EventRecord record() {
        return record;
    }

    /** Takes over what {@link #record} points at. */
    void show(EventKind newKind) {
        kind = newKind;
        set(record.pid(), record.tid(), record.cpu(), 0, newKind.probe());
    }

    private EventKind kind() {
        EventKind present = kind;
        if (present == null) {
            throw new IllegalStateException("no record");
        }
        return present;
    }

    @Override
    public long bootNanos() {
        return clock.nanosAt(record.tsc()) - wallOffset;
    }

    private long offset(EventKind present, int place) {
        int offset = present.offsets()[place];
        if (offset < 0) {
            return record.fieldOffset(place);
        }
        return record.payloadOffset() + offset + (present.type().faultable() ? EventType.FAULT_WORDS_SIZE : 0);
    }

    @Override
    public boolean isUnread(int index) {
        int place = kind().places()[index];
        return place >= 0 && place < Short.SIZE && (record.faultBits() >>> place & 1) != 0;
    }

    @Override
    public long number(int index) {
        EventKind present = kind();
        int place = present.places()[index];
        if (place < 0) {
            return 0;
        }
        long offset = offset(present, place);
        MemorySegment segment = record.segment();
        return switch (present.kind(place)) {
            case FieldKind.Int(int size, boolean signed, int _) -> integer(segment, offset, size, signed);
            case FieldKind.Real(int size) ->
                size == Float.BYTES ? segment.get(INT, offset) & 0xFFFFFFFFL : segment.get(LONG, offset);
            case FieldKind.Text _, FieldKind.Bytes _, FieldKind.Addresses _ -> 0;
        };
    }

    private static long integer(MemorySegment segment, long offset, int size, boolean signed) {
        return switch (size) {
            case 1 -> {
                byte value = segment.get(ValueLayout.JAVA_BYTE, offset);
                yield signed ? value : value & 0xFF;
            }
            case 2 -> {
                short value = segment.get(SHORT, offset);
                yield signed ? value : value & 0xFFFF;
            }
            case 4 -> {
                int value = segment.get(INT, offset);
                yield signed ? value : value & 0xFFFFFFFFL;
            }
            default -> segment.get(LONG, offset);
        };
    }

    @Override
    public String text(int index) {
        EventKind present = kind();
        int place = present.places()[index];
        if (place < 0 || !(present.kind(place) instanceof FieldKind.Text)) {
            return "";
        }
        return texts.text(record.segment(), offset(present, place));
    }

    @Override
    public Blob bytes(int index) {
        EventKind present = kind();
        int place = present.places()[index];
        if (place < 0 || !(present.kind(place) instanceof FieldKind.Bytes)) {
            return Blob.EMPTY;
        }
        long offset = offset(present, place);
        byte[] bytes = new byte[record.segment().get(SHORT, offset) & 0xFFFF];
        MemorySegment.copy(record.segment(), ValueLayout.JAVA_BYTE, offset + Short.BYTES, bytes, 0, bytes.length);
        return new Blob(bytes);
    }

    @Override
    public long[] frames(int index) {
        EventKind present = kind();
        int place = present.places()[index];
        if (place < 0 || !(present.kind(place) instanceof FieldKind.Addresses)) {
            return new long[0];
        }
        long offset = offset(present, place);
        long[] frames = new long[record.segment().get(SHORT, offset) & 0xFFFF];
        MemorySegment.copy(record.segment(), LONG, offset + Short.BYTES, frames, 0, frames.length);
        return frames;
    }

    @Override
    public long address() {
        return 0;
    }

    @Override
    public long moduleId() {
        return kind().moduleId();
    }

    @Override
    public @Nullable String function() {
        return kind().function();
    }

    /** Values of the record that could not be read. */
    int faults() {
        return Integer.bitCount(record.faultBits());
    }
}
