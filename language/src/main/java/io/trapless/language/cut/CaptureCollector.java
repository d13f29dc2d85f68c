package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.Function;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.Value;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the leaves that are captured, gives each a field, and puts the field in its place. */
final class CaptureCollector extends TreeMapper {
    /** Bytes of fields that a record can hold: it is put together on the target's stack. */
    private static final int MAX_RECORD_BYTES = 1024;

    /** Bytes of fields and a stack together. */
    private static final int MAX_STAGED_BYTES = 1480;

    /** One field, as an expression over the target: its value is made anew for each set of argument types. */
    record Leaf(CheckedExpression expression, Kind kind) {}

    enum Kind {
        SCALAR,
        STRING,
        BYTES,
        FRAMES,
        IMAGE
    }

    /** A window with less is not worth its system call. */
    private static final int MIN_WINDOW_BYTES = 32;

    /** A window's address, and the length of its bytes. */
    private static final int WINDOW_OVERHEAD_BYTES = 16;

    private final TargetValues values;
    private final Origins origins;
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Value> known = new ArrayList<>();
    private final Set<Type.Stack> stacks = new LinkedHashSet<>();
    private int bytes;

    /** What all fields take where they are put together, a stack not counted. */
    private int stagedBytes;

    /** Field of the user stack: all that a handler asks for are cuts of one. */
    private int stackField = -1;

    private int stackFrames;

    private final int imageField;
    private @Nullable Leaf image;
    private boolean ownMemory;

    /** The values with those that mirrors have. */
    private final TargetValues guesses;

    /** What is asked of mirrors: each has a word where fields are put together, so that one record sees one value. */
    private final Set<Value.Mirrored> mirrored = new LinkedHashSet<>();

    /** Whether reads may be made at addresses that mirrors have: not in what is done where these were wrong. */
    private boolean guessing = true;

    CaptureCollector(TargetValues values, TargetValues guesses) {
        this(values, guesses, 0);
    }

    /**
     * @param guesses the values with those that mirrors have
     * @param imageField which field holds an image of the stack, if there is one: the last
     */
    CaptureCollector(TargetValues values, TargetValues guesses, int imageField) {
        this.values = values;
        this.guesses = guesses;
        this.origins = new Origins(values);
        this.imageField = imageField;
    }

    /** The fields; an image of the stack is the last. */
    List<Leaf> leaves() {
        if (image == null) {
            return leaves;
        }
        List<Leaf> all = new ArrayList<>(leaves);
        all.add(image);
        return all;
    }

    List<Type.Stack> stacks() {
        return List.copyOf(stacks);
    }

    boolean ownMemory() {
        return ownMemory;
    }

    /** What is asked of mirrors. */
    Set<Value.Mirrored> mirrored() {
        return mirrored;
    }

    /** What stands in the place of an expression that is captured as a whole; null if it is not. */
    @Nullable CheckedExpression captureOf(CheckedExpression e) {
        return switch (e) {
            case CheckedExpression.Argument _,
                    CheckedExpression.ReturnValue _,
                    CheckedExpression.Register _,
                    CheckedExpression.SymbolAddress _ -> capture(e, Kind.SCALAR, values.scalar(e), 8);
            // Half the record for half the number.
            case CheckedExpression.Convert c
            when narrowed(c) ->
                capture(e, Kind.SCALAR, values.scalar(e), e.type().sizeInBytes());
            case CheckedExpression.Load _, CheckedExpression.ReadString _, CheckedExpression.ReadBytes _ -> memory(e);
            case CheckedExpression.Member _, CheckedExpression.Indexed _ when values.isPartOfLarge(e) -> memory(e);
            case CheckedExpression.UserStack s -> s.dwarf() ? image(s) : stack(s);
            default -> null;
        };
    }

    @Override
    CheckedExpression expression(CheckedExpression e) {
        CheckedExpression field = captureOf(e);
        if (field != null) {
            return field;
        }
        switch (e) {
            case CheckedExpression.Load _, CheckedExpression.ReadString _, CheckedExpression.ReadBytes _ -> later(e);
            case CheckedExpression.Join _, CheckedExpression.SymbolAddress _ -> ownMemory = true;
            default -> {}
        }
        return super.expression(e);
    }

    /** A cast that keeps only a part of an argument. */
    private static boolean narrowed(CheckedExpression.Convert c) {
        return c.conversion() == CheckedExpression.Conversion.NUMBER
                && c.type().isInteger()
                && c.type().sizeInBytes() < 8
                && (c.operand() instanceof CheckedExpression.Argument
                        || c.operand() instanceof CheckedExpression.ReturnValue
                        || c.operand() instanceof CheckedExpression.Register);
    }

    /** A read that is left to the handler. */
    private void later(CheckedExpression e) {
        if (!leadsToScript(e)) {
            ownMemory = true;
            origins.addOfRead(e);
        }
    }

    /**
     * Captures what lies where reads that are left may begin, as far as there is room: to be called when all else has its field, once.
     */
    List<Cut.Window> windows() {
        List<Cut.Window> windows = new ArrayList<>();
        for (CheckedExpression origin : origins.all()) {
            int room = Math.min(MAX_RECORD_BYTES - bytes, MAX_STAGED_BYTES - stagedBytes - stackFrames * Long.BYTES)
                    - WINDOW_OVERHEAD_BYTES;
            int size = Math.min(room, Limits.MAX_BUFFER_BYTES);
            if (size < MIN_WINDOW_BYTES || leaves.size() > Limits.MAX_FAULT_BITS - 2) {
                break;
            }
            Type.Buf type = new Type.Buf(size);
            CheckedExpression read = new CheckedExpression.ReadBytes(
                    origin,
                    new CheckedExpression.NumberConstant(size, Types.UINT64, origin.span()),
                    type,
                    origin.span());
            if (capture(origin, Kind.SCALAR, values.scalar(origin), Long.BYTES)
                            instanceof CheckedExpression.Captured address
                    && capture(read, Kind.BYTES, values.bytes(read), size + 2)
                            instanceof CheckedExpression.Captured content) {
                windows.add(new Cut.Window(address.field(), content.field()));
            }
        }
        return windows;
    }

    private static boolean leadsToScript(CheckedExpression e) {
        return e instanceof CheckedExpression.Load(CheckedExpression address, var _, Type _, var _)
                && (address instanceof CheckedExpression.AddressOf
                        || (address instanceof CheckedExpression.Convert(var _, CheckedExpression inner, Type _, var _)
                                && inner instanceof CheckedExpression.AddressOf));
    }

    private @Nullable CheckedExpression memory(CheckedExpression e) {
        if (e instanceof CheckedExpression.ReadString(CheckedExpression address, var limit, Type.Str type, var span)
                && limit != null
                && !(limit instanceof CheckedExpression.NumberConstant)) {
            // All that there is room for is captured, and the limit is kept to outside.
            CheckedExpression whole = memory(new CheckedExpression.ReadString(address, null, type, span));
            return whole == null
                    ? null
                    : new CheckedExpression.Call(Function.STR_LIMIT, List.of(whole, expression(limit)), type, span);
        }
        CheckedExpression field = content(e, values);
        return field == null ? guessed(e) : field;
    }

    private @Nullable CheckedExpression content(CheckedExpression e, TargetValues from) {
        if (e.type().isScalar()) {
            return capture(e, Kind.SCALAR, from.scalar(e), e.type().sizeInBytes());
        }
        Value string = from.string(e, 0);
        if (string != null) {
            return capture(e, Kind.STRING, string, string.sizeBytes() + 1);
        }
        Value buffer = from.bytes(e);
        return buffer == null ? null : capture(e, Kind.BYTES, buffer, buffer.sizeBytes() + 2);
    }

    /** A read at an address that a mirror has: it counts if the handler comes to the same address, else the handler reads for itself. */
    private @Nullable CheckedExpression guessed(CheckedExpression read) {
        CheckedExpression address = guessing ? addressIn(read) : null;
        Value pointer = address == null || values.scalar(address) != null ? null : guesses.scalar(address);
        if (address == null || pointer == null) {
            return null;
        }
        Set<Value.Mirrored> asked = new LinkedHashSet<>(mirrored);
        pointer.forEachPart(part -> {
            if (part instanceof Value.Mirrored m) {
                asked.add(m);
            }
        });
        int words = asked.size() - mirrored.size();
        stagedBytes += words * Long.BYTES;
        CheckedExpression content = content(read, guesses);
        CheckedExpression at = content == null ? null : capture(address, Kind.SCALAR, pointer, Long.BYTES);
        if (content == null || at == null) {
            stagedBytes -= words * Long.BYTES;
            return null;
        }
        mirrored.addAll(asked);
        CheckedExpression here = expression(address);
        guessing = false;
        CheckedExpression later = expression(read);
        guessing = true;
        CheckedExpression same =
                new CheckedExpression.Binary(BinaryOperator.EQUAL, here, at, false, Types.BOOL, read.span());
        return new CheckedExpression.Conditional(same, content, later, read.type(), read.span());
    }

    /** The address of a read of which nothing else is guessed. */
    private @Nullable CheckedExpression addressIn(CheckedExpression read) {
        return switch (read) {
            case CheckedExpression.Load l -> uncast(l.address());
            case CheckedExpression.ReadString s -> uncast(s.address());
            case CheckedExpression.ReadBytes b -> values.scalar(b.length()) == null ? null : uncast(b.address());
            default -> null;
        };
    }

    /** Without casts that change no bit: so reads of several types share a field. */
    private static CheckedExpression uncast(CheckedExpression address) {
        CheckedExpression at = address;
        while (at instanceof CheckedExpression.Convert(var conversion, CheckedExpression operand, Type _, var _)
                && conversion == CheckedExpression.Conversion.NUMBER
                && operand.type().sizeInBytes() == Long.BYTES) {
            at = operand;
        }
        return at;
    }

    /** As many frames as there is room for, if the handler wants so many. */
    private @Nullable CheckedExpression stack(CheckedExpression.UserStack stack) {
        stacks.add(stack.type());
        int room = (MAX_STAGED_BYTES - stagedBytes) / Long.BYTES;
        int frames = Math.clamp(stack.type().limit(), 1, Math.min(room, Limits.MAX_FRAMES));
        if (stackField >= 0) {
            if (frames > stackFrames) {
                stackFrames = frames;
                leaves.set(stackField, new Leaf(stack, Kind.FRAMES));
                known.set(stackField, new Value.UserStack(frames));
            }
            return new CheckedExpression.Captured(stackField, stack.type(), stack.span());
        }
        if (leaves.size() == Limits.MAX_CAPTURES) {
            return null;
        }
        stackField = leaves.size();
        stackFrames = frames;
        leaves.add(new Leaf(stack, Kind.FRAMES));
        known.add(new Value.UserStack(frames));
        return new CheckedExpression.Captured(stackField, stack.type(), stack.span());
    }

    /** The last field, wherever it is asked for. */
    private @Nullable CheckedExpression image(CheckedExpression.UserStack stack) {
        if (image == null && leaves.size() == Limits.MAX_CAPTURES) {
            return null;
        }
        image = new Leaf(stack, Kind.IMAGE);
        return new CheckedExpression.CapturedImage(imageField, stack.type(), stack.span());
    }

    /** Frames that field {@code index} has at the most. */
    int stackFrames() {
        return stackFrames;
    }

    private @Nullable CheckedExpression capture(CheckedExpression e, Kind kind, @Nullable Value value, int sizeBytes) {
        if (value == null) {
            return null;
        }
        for (int i = 0; i < leaves.size(); i++) {
            if (known.get(i).equals(value) && leaves.get(i).expression().type().equals(e.type())) {
                return new CheckedExpression.Captured(i, e.type(), e.span());
            }
        }
        boolean full = leaves.size() == Limits.MAX_CAPTURES
                || bytes + sizeBytes > MAX_RECORD_BYTES
                || stagedBytes + sizeBytes + stackFrames * Long.BYTES > MAX_STAGED_BYTES
                || (value.mayFault() && leaves.size() >= Limits.MAX_FAULT_BITS);
        if (full) {
            return null;
        }
        known.add(value);
        leaves.add(new Leaf(e, kind));
        bytes += sizeBytes;
        stagedBytes += Math.max(Long.BYTES, sizeBytes);
        return new CheckedExpression.Captured(leaves.size() - 1, e.type(), e.span());
    }
}
