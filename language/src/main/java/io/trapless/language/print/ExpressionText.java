package io.trapless.language.print;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.FormatText;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checked expressions as text, with every conversion and every type that is not plain from what stands in it. */
final class ExpressionText {
    private ExpressionText() {}

    static String of(CheckedExpression expression) {
        return switch (expression) {
            case CheckedExpression.NumberConstant n -> number(n);
            case CheckedExpression.TextConstant t -> StringText.quote(t.text());
            case CheckedExpression.BytesConstant b ->
                b.bytes().stream().map(x -> String.format("%02x", x)).collect(Collectors.joining(" ", "bytes(", ")"));
            case CheckedExpression.Variable v -> "$" + v.slot().name();
            case CheckedExpression.MapValue m -> entry(m.map(), m.key());
            case CheckedExpression.Event e -> e.value().name().toLowerCase(Locale.ROOT);
            case CheckedExpression.Argument a -> "arg" + a.index();
            case CheckedExpression.ReturnValue _ -> "retval";
            case CheckedExpression.Register r -> "reg(\"" + r.name().text() + "\")";
            case CheckedExpression.Captured c -> "f" + c.field();
            case CheckedExpression.CapturedImage c -> "unwind(f" + c.field() + ")";
            case CheckedExpression.Unary u ->
                switch (u.operator()) {
                            case NEGATE -> "-";
                            case COMPLEMENT -> "~";
                            case NOT -> "!";
                        }
                        + operand(u.operand());
            case CheckedExpression.Binary b ->
                operand(b.left()) + " " + Operators.text(b.operator()) + " " + operand(b.right());
            case CheckedExpression.Compare c ->
                operand(c.left()) + (c.negated() ? " != " : " == ") + operand(c.right());
            case CheckedExpression.Conditional c ->
                operand(c.condition()) + " ? " + operand(c.whenTrue()) + " : " + operand(c.whenFalse());
            case CheckedExpression.Block b -> block(b);
            case CheckedExpression.Convert c ->
                switch (c.conversion()) {
                    case NUMBER, TRUTH -> "(" + c.type().text() + ")" + operand(c.operand());
                    default ->
                        call(c.conversion().name().toLowerCase(Locale.ROOT), List.of(c.operand())) + ":"
                                + c.type().text();
                };
            case CheckedExpression.TupleOf t -> list(t.elements(), "(", ")");
            case CheckedExpression.RecordOf r -> record(r);
            case CheckedExpression.Element e -> operand(e.base()) + "." + e.index();
            case CheckedExpression.Member m ->
                operand(m.base()) + ".at(" + m.offsetBytes() + "):" + m.type().text() + bits(m.bits() != null);
            case CheckedExpression.Indexed i -> operand(i.base()) + "[" + of(i.index()) + "]";
            case CheckedExpression.Load l ->
                "*(" + l.type().text() + "*)" + operand(l.address()) + bits(l.bits() != null);
            case CheckedExpression.AddressOf a -> "&" + operand(a.operand());
            case CheckedExpression.ReadString r -> call("str", arguments(r.address(), r.limit()));
            case CheckedExpression.ReadBytes r -> call("buf", List.of(r.address(), r.length()));
            case CheckedExpression.BufferOf b -> call("buf", List.of(b.array()));
            case CheckedExpression.IncrementVariable i -> step("$" + i.slot().name(), i.step(), i.prefix());
            case CheckedExpression.IncrementMap i -> step(entry(i.map(), i.key()), i.step(), i.prefix());
            case CheckedExpression.Call c -> call(c.function().name().toLowerCase(Locale.ROOT), c.arguments());
            case CheckedExpression.UserStack s ->
                (s.dwarf() ? "dw_" : "") + s.type().text();
            case CheckedExpression.SymbolAddress s -> "uaddr(" + StringText.quote(s.symbol()) + ")";
            case CheckedExpression.TimeText t ->
                "strftime(" + StringText.quote(t.format()) + ", " + of(t.nanos()) + ")";
            case CheckedExpression.HasKey h -> "has_key(" + h.map().text() + ", " + of(h.key()) + ")";
            case CheckedExpression.Delete d -> "delete(" + entry(d.map(), d.key()) + ")";
            case CheckedExpression.Find f ->
                "find(" + f.map().text() + ", " + of(f.key()) + ", $"
                        + f.result().name() + ")";
            case CheckedExpression.Length l -> "len(" + l.map().text() + ")";
            case CheckedExpression.Reset r ->
                (r.clears() ? "clear(" : "zero(") + r.map().text() + ")";
            case CheckedExpression.PrintMap p -> "print(" + p.map().text() + ", " + p.top() + ", " + p.div() + ")";
            case CheckedExpression.PrintValue p -> call("print", List.of(p.value()));
            case CheckedExpression.Format f -> format(f);
            case CheckedExpression.Join j -> "join(" + of(j.address()) + ", " + StringText.quote(j.separator()) + ")";
            case CheckedExpression.PrintTime t -> "time(" + StringText.quote(t.format()) + ")";
            case CheckedExpression.Exit e -> call("exit", arguments(e.status(), null));
            case CheckedExpression.Signal s -> call(s.thread() ? "signal_thread" : "signal", List.of(s.number()));
        };
    }

    private static String number(CheckedExpression.NumberConstant n) {
        if (n.type() instanceof Type.Bool) {
            return n.value() != 0 ? "true" : "false";
        }
        if (n.type() instanceof Type.Pointer) {
            return "0x" + Long.toHexString(n.value());
        }
        return n.type().isSigned() ? Long.toString(n.value()) : Long.toUnsignedString(n.value());
    }

    static String entry(MapDescriptor map, @Nullable CheckedExpression key) {
        if (key == null) {
            return map.text();
        }
        return map.text()
                + (key instanceof CheckedExpression.TupleOf t ? list(t.elements(), "[", "]") : "[" + of(key) + "]");
    }

    private static String operand(CheckedExpression expression) {
        boolean compound = expression instanceof CheckedExpression.Binary
                || expression instanceof CheckedExpression.Compare
                || expression instanceof CheckedExpression.Conditional;
        return compound ? "(" + of(expression) + ")" : of(expression);
    }

    private static String bits(boolean has) {
        return has ? ":bits" : "";
    }

    private static List<CheckedExpression> arguments(
            @Nullable CheckedExpression first, @Nullable CheckedExpression second) {
        List<CheckedExpression> all = new ArrayList<>();
        if (first != null) {
            all.add(first);
        }
        if (second != null) {
            all.add(second);
        }
        return all;
    }

    private static String call(String name, List<CheckedExpression> arguments) {
        return name + list(arguments, "(", ")");
    }

    private static String list(List<CheckedExpression> expressions, String open, String close) {
        return expressions.stream().map(ExpressionText::of).collect(Collectors.joining(", ", open, close));
    }

    private static String record(CheckedExpression.RecordOf record) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < record.values().size(); i++) {
            String name = record.type().fields().get(record.places().get(i)).name();
            fields.add(name + "=" + of(record.values().get(i)));
        }
        return "(" + String.join(", ", fields) + ")";
    }

    private static String step(String target, long step, boolean prefix) {
        String operator = step == 1 ? "++" : step == -1 ? "--" : (step > 0 ? "+=" + step : "-=" + -step);
        return prefix ? operator + target : target + operator;
    }

    private static String block(CheckedExpression.Block block) {
        StatementText text = new StatementText(0);
        text.lines(block.statements());
        String statements = text.toString().strip().replaceAll("\\s*\\n\\s*", " ");
        CheckedExpression value = block.value();
        return "{ " + statements + (statements.isEmpty() || value == null ? "" : " ") + (value == null ? "" : of(value))
                + " }";
    }

    private static String format(CheckedExpression.Format format) {
        StringBuilder text = new StringBuilder();
        for (FormatText.Piece piece : format.format().pieces()) {
            switch (piece) {
                case FormatText.Piece.Literal(String literal) -> text.append(literal.replace("%", "%%"));
                case FormatText.Piece.Specifier s -> {
                    text.append('%').append(s.flags()).append(s.width() == 0 ? "" : s.width());
                    text.append(s.precision() < 0 ? "" : "." + s.precision());
                    text.append(s.length()).append(s.conversion());
                }
            }
        }
        String arguments = list(format.arguments(), format.arguments().isEmpty() ? "" : ", ", ")");
        return format.target().name().toLowerCase(Locale.ROOT) + "(" + StringText.quote(text.toString()) + arguments;
    }
}
