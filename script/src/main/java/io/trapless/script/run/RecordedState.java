package io.trapless.script.run;

import io.trapless.language.slice.Evaluator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.script.output.ByteText;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A recorded event as the state of the target that a capture looks at: argument N is the field {@code argN}, what a function returned is {@code retval}. Where such a field is a string or bytes, the argument
 * is an address at which they can be read.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class RecordedState implements Evaluator.TargetState {
    /** Addresses of recorded strings: above those of any process on x86-64. */
    private static final long STRINGS = 0x4000_0000_0000_0000L;

    private static final int INDEX_SHIFT = 32;

    private final EventRecord event;
    private final long wallOffset;
    private final TraceClock clock;
    private final Map<String, Integer> fields = new HashMap<>();

    RecordedState(EventRecord event, TraceClock clock, long wallOffset) {
        this.event = event;
        this.clock = clock;
        this.wallOffset = wallOffset;
        List<FieldType> types = event.type().fields();
        for (int i = 0; i < types.size(); i++) {
            fields.put(types.get(i).name(), i);
        }
    }

    /** Whether the trace has a field of that name. */
    boolean has(String field) {
        return fields.containsKey(field);
    }

    private long value(String field) {
        Integer index = fields.get(field);
        if (index == null) {
            return 0;
        }
        return switch (event.type().fields().get(index).kind()) {
            case FieldKind.Int _ -> event.integer(index);
            case FieldKind.Real _ -> Double.doubleToRawLongBits(event.real(index));
            case FieldKind.Addresses _ -> 0;
            case FieldKind.Text _, FieldKind.Bytes _ -> STRINGS | (long) index << INDEX_SHIFT;
        };
    }

    @Override
    public long argument(int index) {
        return value("arg" + index);
    }

    @Override
    public long register(RegisterName name) {
        String text = name.name().toLowerCase(Locale.ROOT);
        return text.equals("rax") && has("retval") ? value("retval") : value(text);
    }

    @Override
    public long context(Value.Context.Kind kind) {
        return switch (kind) {
            case TID -> event.tid();
            case PID -> event.pid();
            case CPU -> event.cpu();
            case NSECS -> clock.nanosAt(event.tsc()) - wallOffset;
        };
    }

    /** The first field that holds a stack. */
    @Override
    public long[] frames(int maxFrames) {
        List<FieldType> types = event.type().fields();
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).kind() instanceof FieldKind.Addresses) {
                long[] frames = event.addresses(i);
                return frames.length > maxFrames ? Arrays.copyOf(frames, maxFrames) : frames;
            }
        }
        return new long[0];
    }

    @Override
    public boolean read(long address, byte[] into) {
        if ((address & STRINGS) == 0) {
            return false;
        }
        int index = (int) (address >>> INDEX_SHIFT) & 0xffff;
        int offset = (int) address;
        if (index >= event.type().fields().size() || offset < 0) {
            return false;
        }
        byte[] bytes = switch (event.type().fields().get(index).kind()) {
            case FieldKind.Text _ -> ByteText.bytes(ByteText.ofUnicode(event.text(index)) + "\0");
            case FieldKind.Bytes _ -> event.bytes(index);
            case FieldKind.Int _, FieldKind.Real _, FieldKind.Addresses _ -> new byte[0];
        };
        // beyond a recorded string lie zeros: what was there is not known
        Arrays.fill(into, (byte) 0);
        if (offset < bytes.length) {
            System.arraycopy(bytes, offset, into, 0, Math.min(into.length, bytes.length - offset));
        }
        return true;
    }
}
