package io.trapless.language.print;

import io.trapless.language.slice.Value;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.Type;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Values of the target as text, much as they would be written. */
final class ValueText {
    private ValueText() {}

    static String of(Value value) {
        return switch (value) {
            case Value.Argument a ->
                a.sizeBytes() == 8 ? "arg" + a.index() : cast(a.sizeBytes(), a.signed()) + "arg" + a.index();
            case Value.Register r -> "reg(\"" + r.name().text() + "\")";
            case Value.Constant c -> c.signed() ? Long.toString(c.value()) : Long.toUnsignedString(c.value());
            case Value.Symbol s -> "uaddr(" + StringText.quote(s.name()) + ")";
            case Value.Context c -> c.kind().name().toLowerCase(Locale.ROOT);
            case Value.Load l -> "*(" + type(l.sizeBytes(), l.signed()) + "*)" + operand(l.address());
            case Value.Unary u ->
                switch (u.operator()) {
                            case NEGATE -> "-";
                            case COMPLEMENT -> "~";
                            case NOT -> "!";
                        }
                        + operand(u.operand());
            case Value.Binary b ->
                operand(b.left()) + " " + Operators.text(b.operator()) + (b.signedOperation() ? "s " : " ")
                        + operand(b.right());
            case Value.Conditional c ->
                operand(c.condition()) + " ? " + operand(c.whenTrue()) + " : " + operand(c.whenFalse());
            case Value.Cast c -> cast(c.sizeBytes(), c.signed()) + operand(c.operand());
            case Value.StringEquals s -> of(s.string()) + " == " + StringText.quote(s.literal());
            case Value.StringAt s -> "str(" + of(s.address()) + ", " + (s.maxBytes() + 1) + ")";
            case Value.BytesAt b -> "buf(" + of(b.address()) + ", " + of(b.length()) + ") at most " + b.maxBytes();
            case Value.Mirrored m -> entry(m.map(), m.keys());
            case Value.UserStack s -> "ustack(" + s.maxFrames() + ")";
            case Value.StackImage s -> "registers and " + s.stackBytes() + " bytes of stack";
        };
    }

    /** An entry of a map. */
    static String entry(String map, List<Value> keys) {
        return "@" + map
                + (keys.isEmpty() ? "" : keys.stream().map(ValueText::of).collect(Collectors.joining(", ", "[", "]")));
    }

    private static String operand(Value value) {
        boolean compound = value instanceof Value.Binary
                || value instanceof Value.Conditional
                || value instanceof Value.StringEquals;
        return compound ? "(" + of(value) + ")" : of(value);
    }

    private static String cast(int sizeBytes, boolean signed) {
        return "(" + type(sizeBytes, signed) + ")";
    }

    private static String type(int sizeBytes, boolean signed) {
        return new Type.Int(sizeBytes, signed).text();
    }
}
