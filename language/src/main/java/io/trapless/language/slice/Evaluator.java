package io.trapless.language.slice;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes a {@link CaptureProgram} over a state of the target, in Java: the meaning of every {@link Value}, which compiled machine code is tested against. An instance belongs to one thread.
 */
public final class Evaluator {
    /** A stopped instant of a target. */
    public interface TargetState {
        /** Argument {@code index}; only its low bytes, as many as its type has, count. */
        long argument(int index);

        long register(RegisterName name);

        long context(Value.Context.Kind kind);

        /** At most {@code maxFrames} frames of the user stack, the innermost first; none if the state does not have them. */
        default long[] frames(int maxFrames) {
            return new long[0];
        }

        /** What mirror {@code mirror} holds under a key; 0 if the state has no mirrors. */
        default long mirrored(int mirror, long[] keys) {
            return 0;
        }

        /** Fills {@code into} from memory at {@code address}; false if any of the bytes can't be read. */
        boolean read(long address, byte[] into);
    }

    /**
     * One event.
     *
     * @param faultBits bit i: field i could not be read
     * @param cutBits bit i: field i is a string or buffer that was longer than its limit
     * @param fields the bytes of each field as they lie in the record
     */
    public record Event(int faultBits, int cutBits, List<byte[]> fields) {
        public Event {
            fields = List.copyOf(fields);
        }

        /** The fields of the record in one piece, after {@code _fault} and {@code _cut} if the program may fault. */
        public byte[] payload(CaptureProgram program) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (program.mayFault()) {
                out.writeBytes(littleEndian(faultBits, 2));
                out.writeBytes(littleEndian(cutBits, 2));
            }
            fields.forEach(out::writeBytes);
            return out.toByteArray();
        }
    }

    private final TargetState state;
    private boolean faulted;
    private boolean cut;

    public Evaluator(TargetState state) {
        this.state = state;
    }

    /** Whether an event is recorded. */
    public boolean accepts(CaptureProgram program) {
        Value filter = program.filter();
        return filter == null || integer(filter) != 0;
    }

    /** The event's fields, whatever the filter says. */
    public Event capture(CaptureProgram program) {
        int faultBits = 0;
        int cutBits = 0;
        List<byte[]> fields = new ArrayList<>();
        for (int i = 0; i < program.captures().size(); i++) {
            faulted = false;
            cut = false;
            fields.add(field(program.captures().get(i)));
            faultBits |= faulted ? 1 << i : 0;
            cutBits |= cut ? 1 << i : 0;
        }
        return new Event(faultBits, cutBits, fields);
    }

    private byte[] field(Capture capture) {
        return switch (capture.value()) {
            case Value.StringAt string -> {
                byte[] bytes = string(string);
                byte[] field = new byte[bytes.length + 1];
                System.arraycopy(bytes, 0, field, 0, bytes.length);
                yield field;
            }
            case Value.BytesAt buffer -> {
                byte[] bytes = bytes(buffer);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(littleEndian(bytes.length, 2));
                out.writeBytes(bytes);
                yield out.toByteArray();
            }
            case Value.UserStack stack -> {
                long[] frames = state.frames(stack.maxFrames());
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(littleEndian(frames.length, 2));
                for (long frame : frames) {
                    out.writeBytes(littleEndian(frame, 8));
                }
                yield out.toByteArray();
            }
            case Value.StackImage image -> // no state has one: nothing of it could be read
                new byte[2 + CaptureType.StackImage.HEADER_BYTES + image.stackBytes()];
            default -> littleEndian(integer(capture.value()), capture.type().maxRecordBytes());
        };
    }

    private static byte[] littleEndian(long value, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = (byte) (value >> (8 * i));
        }
        return bytes;
    }

    /** The number that {@code value} is; a read that fails gives 0. Not for strings and buffers. */
    public long integer(Value value) {
        return switch (value) {
            case Value.Argument a -> Arithmetic.extend(state.argument(a.index()), a.sizeBytes(), a.signed());
            case Value.Register r -> Arithmetic.extend(state.register(r.name()), r.sizeBytes(), false);
            case Value.Constant c -> c.value();
            case Value.Symbol _ -> 0; // nobody has said where it is
            case Value.Context c -> state.context(c.kind());
            case Value.Load l -> load(l);
            case Value.Unary u -> Arithmetic.unary(u.operator(), integer(u.operand()));
            case Value.Binary b -> binary(b);
            case Value.Conditional c -> integer(integer(c.condition()) != 0 ? c.whenTrue() : c.whenFalse());
            case Value.Cast c -> Arithmetic.extend(integer(c.operand()), c.sizeBytes(), c.signed());
            case Value.StringEquals s -> Arithmetic.truth(equal(s));
            case Value.Mirrored m -> mirrored(m);
            case Value.StringAt _, Value.BytesAt _, Value.UserStack _, Value.StackImage _ ->
                throw new IllegalArgumentException("not a number: " + value);
        };
    }

    private long mirrored(Value.Mirrored mirrored) {
        boolean before = faulted;
        long[] keys = mirrored.keys().stream().mapToLong(this::integer).toArray();
        faulted = before;
        return state.mirrored(mirrored.mirror(), keys);
    }

    private long binary(Value.Binary binary) {
        long left = integer(binary.left());
        boolean decided = (binary.operator() == BinaryOperator.LOGICAL_AND && left == 0)
                || (binary.operator() == BinaryOperator.LOGICAL_OR && left != 0);
        long right = decided ? 0 : integer(binary.right());
        return Arithmetic.binary(binary.operator(), left, right, binary.signedOperation());
    }

    private long load(Value.Load load) {
        byte[] bytes = new byte[load.sizeBytes()];
        if (!state.read(integer(load.address()), bytes)) {
            faulted = true;
            return 0;
        }
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return Arithmetic.extend(value, load.sizeBytes(), load.signed());
    }

    private byte[] string(Value.StringAt string) {
        long address = integer(string.address());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] one = new byte[1];
        while (true) {
            boolean readable = state.read(address + out.size(), one);
            if (readable && one[0] == 0) {
                return out.toByteArray();
            }
            if (out.size() == string.maxBytes()) {
                cut = true;
                return out.toByteArray();
            }
            if (!readable) {
                faulted = true;
                return new byte[0];
            }
            out.write(one[0]);
        }
    }

    private boolean equal(Value.StringEquals equals) {
        long address = integer(equals.string().address());
        byte[] literal = equals.literalBytes();
        int compared = Math.min(literal.length + 1, equals.string().maxBytes());
        byte[] one = new byte[1];
        for (int i = 0; i < compared; i++) {
            if (!state.read(address + i, one)) {
                faulted = true;
                return literal.length == 0;
            }
            if (one[0] != (i < literal.length ? literal[i] : 0)) {
                return false;
            }
        }
        return true;
    }

    private byte[] bytes(Value.BytesAt buffer) {
        long address = integer(buffer.address());
        long length = integer(buffer.length());
        boolean longer = Long.compareUnsigned(length, buffer.maxBytes()) > 0;
        byte[] bytes = new byte[longer ? buffer.maxBytes() : (int) length];
        if (!state.read(address, bytes)) {
            faulted = true;
            return new byte[0];
        }
        cut |= longer;
        return bytes;
    }
}
