package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.Slot;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.BitField;
import io.trapless.language.types.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checked expressions as values of the target: what its trampoline can compute. The meaning is the same, bit for bit. */
final class TargetValues {
    /** The compiler of trampolines recurses, and keeps intermediate results in few registers. */
    private static final int MAX_DEPTH = Limits.MAX_DEPTH / 2;

    private final Definitions definitions;
    private final ArgumentTypes arguments;
    private final Mirrors mirrors;

    /** @param mirrors where entries of maps are taken from that stand for no expression: guesses, which whoever uses them must check */
    TargetValues(Definitions definitions, ArgumentTypes arguments, Mirrors mirrors) {
        this.definitions = definitions;
        this.arguments = arguments;
        this.mirrors = mirrors;
    }

    /** The same without guesses. */
    TargetValues plain() {
        return new TargetValues(definitions, arguments, Mirrors.NONE);
    }

    /** The scalar that an expression is, or null if the target can't compute it. */
    @Nullable Value scalar(CheckedExpression e) {
        return scalar(e, 0);
    }

    private @Nullable Value scalar(CheckedExpression e, int depth) {
        if (depth > MAX_DEPTH) {
            return null;
        }
        return switch (e) {
            case CheckedExpression.NumberConstant n -> constant(n.value(), n.type());
            case CheckedExpression.Variable _, CheckedExpression.MapValue _ -> {
                CheckedExpression value = definitions.valueOf(e);
                if (!e.type().isScalar()) {
                    yield null;
                }
                yield value == null ? mirrored(e) : scalar(value, depth + 1);
            }
            case CheckedExpression.Argument a -> argument(a);
            case CheckedExpression.ReturnValue r -> sized(new Value.Register(RegisterName.RAX, 8), r.type());
            case CheckedExpression.Register r -> new Value.Register(r.name(), 8);
            case CheckedExpression.SymbolAddress s -> new Value.Symbol(s.symbol());
            case CheckedExpression.Event event -> context(event);
            case CheckedExpression.Unary u -> {
                Value operand = scalar(u.operand(), depth + 1);
                yield operand == null ? null : sized(new Value.Unary(u.operator(), operand), u.type());
            }
            case CheckedExpression.Binary b -> binary(b, depth);
            case CheckedExpression.Compare c -> compare(c, depth);
            case CheckedExpression.Conditional c -> conditional(c, depth);
            case CheckedExpression.Convert c -> convert(c, depth);
            case CheckedExpression.Load l -> load(scalar(l.address(), depth + 1), l.bits(), l.type());
            case CheckedExpression.Member m -> load(address(m, depth + 1), m.bits(), m.type());
            case CheckedExpression.Indexed i -> load(address(i, depth + 1), null, i.type());
            default -> null;
        };
    }

    private @Nullable Value mirrored(CheckedExpression e) {
        Value value = e instanceof CheckedExpression.MapValue read ? mirrors.read(read, plain()) : null;
        return value == null ? null : sized(value, e.type());
    }

    /** Where in the target's memory a part of a structure or array lies that is a value of the program, because it was read as a whole; null if it was not. */
    private @Nullable Value address(CheckedExpression e, int depth) {
        if (depth > MAX_DEPTH) {
            return null;
        }
        return switch (e) {
            case CheckedExpression.Load l when l.bits() == null -> scalar(l.address(), depth + 1);
            case CheckedExpression.Variable _, CheckedExpression.MapValue _ -> {
                CheckedExpression value = definitions.valueOf(e);
                yield value == null ? null : address(value, depth + 1);
            }
            case CheckedExpression.Member m
            when isRead(m.base()) -> moved(address(m.base(), depth + 1), m.offsetBytes());
            // Outside of an array there is nothing, which a handler tells.
            case CheckedExpression.Indexed(
                    CheckedExpression base,
                    CheckedExpression.NumberConstant(long index, var _, var _),
                    Type type,
                    var _)
            when base.type() instanceof Type.Array array && index >= 0 && index < array.length() ->
                moved(address(base, depth + 1), index * type.sizeInBytes());
            default -> null;
        };
    }

    /** Whether an expression has the layout of the target's memory: a tuple or record of the script has not. */
    private static boolean isRead(CheckedExpression e) {
        return e.type() instanceof Type.Struct || e.type() instanceof Type.Array;
    }

    private static @Nullable Value moved(@Nullable Value address, long bytes) {
        return address == null || bytes == 0
                ? address
                : new Value.Binary(BinaryOperator.ADD, address, new Value.Constant(bytes, 8, false), false);
    }

    private static Value constant(long value, Type type) {
        return new Value.Constant(value, scalarSize(type), type.isSigned());
    }

    private static int scalarSize(Type type) {
        return type instanceof Type.Bool ? 1 : type.sizeInBytes();
    }

    private @Nullable Value argument(CheckedExpression.Argument argument) {
        Value value;
        List<CaptureType> types = switch (arguments) {
            case ArgumentTypes.Note note -> note.types();
            case ArgumentTypes.Inlined inlined -> inlined.types();
            case ArgumentTypes.Function _, ArgumentTypes.Unknown _ -> null;
        };
        if (types != null) {
            if (argument.index() >= types.size()) {
                // bpftrace gives 0 where a probe has fewer arguments.
                return constant(0, argument.type());
            }
            if (!(types.get(argument.index()) instanceof CaptureType.Int type)) {
                return null;
            }
            value = new Value.Argument(argument.index(), type.sizeBytes(), type.signed());
        } else {
            value = new Value.Argument(argument.index(), 8, false);
        }
        return argument.type().isScalar() ? sized(value, argument.type()) : null;
    }

    /** The value cut to a type's bytes, if it is not that already. */
    private static Value sized(Value value, Type type) {
        if (type instanceof Type.Bool) {
            return value.sizeBytes() == 1 && !value.signed()
                    ? value
                    : new Value.Binary(BinaryOperator.NOT_EQUAL, value, new Value.Constant(0, 8, false), false);
        }
        int size = type.sizeInBytes();
        return size == value.sizeBytes() && type.isSigned() == value.signed()
                ? value
                : new Value.Cast(value, size, type.isSigned());
    }

    private static @Nullable Value context(CheckedExpression.Event event) {
        return switch (event.value()) {
            case PID -> new Value.Context(Value.Context.Kind.PID);
            case TID -> new Value.Context(Value.Context.Kind.TID);
            case CPU -> sized(new Value.Context(Value.Context.Kind.CPU), event.type());
            default -> null;
        };
    }

    private @Nullable Value binary(CheckedExpression.Binary b, int depth) {
        Value left = scalar(b.left(), depth + 1);
        Value right = left == null ? null : scalar(b.right(), depth + 1);
        return left == null || right == null
                ? null
                : sized(new Value.Binary(b.operator(), left, right, b.signedOperation()), b.type());
    }

    /** A string of the target against a literal. */
    private @Nullable Value compare(CheckedExpression.Compare c, int depth) {
        boolean literalRight = resolve(c.right()) instanceof CheckedExpression.TextConstant;
        CheckedExpression literal = resolve(literalRight ? c.right() : c.left());
        CheckedExpression other = resolve(literalRight ? c.left() : c.right());
        if (!(literal instanceof CheckedExpression.TextConstant text)
                || !(string(other, depth + 1) instanceof Value.StringAt string)) {
            return null;
        }
        byte[] bytes = StringText.bytes(text.text());
        for (byte b : bytes) {
            if (b == 0) {
                return null;
            }
        }
        if (bytes.length > string.maxBytes()) {
            return null;
        }
        Value equals = new Value.StringEquals(string, text.text());
        return c.negated() ? new Value.Unary(UnaryOperator.NOT, equals) : equals;
    }

    private @Nullable Value conditional(CheckedExpression.Conditional c, int depth) {
        if (!c.type().isScalar()) {
            return null;
        }
        Value condition = scalar(c.condition(), depth + 1);
        Value whenTrue = condition == null ? null : scalar(c.whenTrue(), depth + 1);
        Value whenFalse = whenTrue == null ? null : scalar(c.whenFalse(), depth + 1);
        if (condition == null || whenTrue == null || whenFalse == null) {
            return null;
        }
        return new Value.Conditional(condition, exactly(whenTrue, c.type()), exactly(whenFalse, c.type()));
    }

    /** Both sides of a choice have the same size and sign. */
    private static Value exactly(Value value, Type type) {
        int size = scalarSize(type);
        return value.sizeBytes() == size && value.signed() == type.isSigned()
                ? value
                : new Value.Cast(value, size, type.isSigned());
    }

    private @Nullable Value convert(CheckedExpression.Convert c, int depth) {
        if (c.conversion() != Conversion.NUMBER && c.conversion() != Conversion.TRUTH) {
            return null;
        }
        Value operand = scalar(c.operand(), depth + 1);
        if (operand == null) {
            return null;
        }
        if (c.conversion() == Conversion.TRUTH) {
            return new Value.Binary(BinaryOperator.NOT_EQUAL, operand, new Value.Constant(0, 8, false), false);
        }
        return sized(operand, c.type());
    }

    private static @Nullable Value load(@Nullable Value address, @Nullable BitField bits, Type type) {
        if (address == null || !type.isScalar()) {
            return null;
        }
        if (bits == null) {
            Value load = new Value.Load(address, scalarSize(type), type.isSigned());
            return type instanceof Type.Bool ? sized(new Value.Cast(load, 8, false), type) : load;
        }
        return bitField(address, bits, type);
    }

    /** Only whole words can be loaded: the bytes are read as the next larger one if that does not reach beyond the field's own unit. */
    private static @Nullable Value bitField(Value address, BitField bits, Type type) {
        int read = bits.readBytes();
        if (read != 1 && read != 2 && read != 4 && read != 8) {
            return null;
        }
        int left = Long.SIZE - bits.shiftBits() - bits.widthBits();
        Value word = new Value.Cast(new Value.Load(address, read, false), 8, false);
        Value high = new Value.Binary(BinaryOperator.SHIFT_LEFT, word, new Value.Constant(left, 1, true), false);
        Value field = new Value.Binary(
                BinaryOperator.SHIFT_RIGHT, high, new Value.Constant(Long.SIZE - bits.widthBits(), 1, true), false);
        return new Value.Cast(field, type.sizeInBytes(), type.isSigned());
    }

    /** All that the action assigns to a variable ({@link Slot}) or to entries of a map ({@link MapDescriptor}), in the program's order. */
    List<CheckedExpression> assignments(Object assigned) {
        return definitions.assignments(assigned);
    }

    /** What a variable or an entry of a map stands for, all the way down. */
    CheckedExpression resolve(CheckedExpression e) {
        CheckedExpression at = e;
        for (int i = 0; i < MAX_DEPTH; i++) {
            if (at instanceof CheckedExpression.Convert(Conversion conversion, CheckedExpression operand, Type _, var _)
                    && conversion == Conversion.STRING
                    && operand.type().sizeInBytes() <= at.type().sizeInBytes()) {
                at = operand;
            } else {
                CheckedExpression value = definitions.valueOf(at);
                if (value == null) {
                    return at;
                }
                at = value;
            }
        }
        return at;
    }

    /** The string, buffer or bytes that an expression is, or null: whole captures only. */
    @Nullable Value string(CheckedExpression e, int depth) {
        return switch (e) {
            case CheckedExpression.ReadString r
            when r.limit() == null ->
                stringAt(r.address(), Math.min(r.type().sizeBytes() - 1, Limits.MAX_STRING_BYTES), depth);
            case CheckedExpression.ReadString r
            when r.limit() instanceof CheckedExpression.NumberConstant n ->
                stringAt(r.address(), Math.clamp(n.value() - 1, 0, Limits.MAX_STRING_BYTES), depth);
            case CheckedExpression.Load l
            when l.type() instanceof Type.Str s && l.bits() == null ->
                stringAt(l.address(), Math.min(s.sizeBytes(), Limits.MAX_STRING_BYTES), depth);
            case CheckedExpression.Member _, CheckedExpression.Indexed _
            when e.type() instanceof Type.Str s ->
                stringAt(address(e, depth + 1), Math.min(s.sizeBytes(), Limits.MAX_STRING_BYTES));
            default -> null;
        };
    }

    private @Nullable Value stringAt(CheckedExpression address, int max, int depth) {
        return stringAt(scalar(address, depth + 1), max);
    }

    private static @Nullable Value stringAt(@Nullable Value address, int max) {
        return address == null || max < 1 ? null : new Value.StringAt(address, max);
    }

    /** A buffer, or an array or structure of a few bytes. */
    @Nullable Value bytes(CheckedExpression e) {
        return switch (e) {
            case CheckedExpression.ReadBytes r -> {
                Value address = scalar(r.address());
                Value length = address == null ? null : scalar(r.length());
                yield address == null || length == null
                        ? null
                        : new Value.BytesAt(
                                address, length, Math.min(Math.max(1, r.type().maxBytes()), Limits.MAX_BUFFER_BYTES));
            }
            case CheckedExpression.Load _, CheckedExpression.Member _, CheckedExpression.Indexed _ -> {
                Value address = isRead(e) && isCaptured(e.type()) ? address(e, 0) : null;
                int size = e.type().sizeInBytes();
                yield address == null ? null : new Value.BytesAt(address, new Value.Constant(size, 8, false), size);
            }
            default -> null;
        };
    }

    /** Whether a value of a type fits in a capture. */
    private static boolean isCaptured(Type type) {
        int size = type.sizeInBytes();
        return size >= 1 && size <= Limits.MAX_BUFFER_BYTES;
    }

    /** Whether an expression is a structure or array of the target that is too large to be captured as a whole. */
    boolean isLarge(CheckedExpression e) {
        return isRead(e) && !isCaptured(e.type()) && address(e, 0) != null;
    }

    /** Whether an expression is a part of what is read as a whole but too large to be captured so. */
    boolean isPartOfLarge(CheckedExpression e) {
        CheckedExpression base = switch (e) {
            case CheckedExpression.Member m -> m.base();
            case CheckedExpression.Indexed i -> i.base();
            default -> null;
        };
        return base != null && isRead(base) && (isPartOfLarge(base) || isLarge(base));
    }
}
