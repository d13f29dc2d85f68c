package io.trapless.language.syntax;

import java.util.List;
import java.util.stream.Collectors;

/** The text of expressions, statements and clauses, with no more parentheses than needed. Parsing it gives the same tree. */
public final class SyntaxPrinter {
    /** Precedence of ?:, and of what needs no parentheses. */
    private static final int TERNARY = 0;

    private static final int UNARY = 11;
    private static final int POSTFIX = 12;

    private SyntaxPrinter() {}

    public static String print(Clause clause) {
        StringBuilder out = new StringBuilder();
        out.append(clause.probes().stream().map(ProbePattern::text).collect(Collectors.joining(",")));
        if (clause.filter() != null) {
            out.append(" / ").append(print(clause.filter())).append(" /");
        }
        List<Expression.NamedValue> fields = clause.fields();
        if (fields != null) {
            out.append(" { ").append(named(fields)).append(" }");
        }
        return out.toString();
    }

    public static String print(Expression expression) {
        return print(expression, TERNARY);
    }

    private static String print(Expression expression, int minPrecedence) {
        String text = text(expression);
        return precedence(expression) < minPrecedence ? "(" + text + ")" : text;
    }

    private static int precedence(Expression expression) {
        return switch (expression) {
            case Expression.Ternary _ -> TERNARY;
            case Expression.Binary binary -> binary.operator().precedence();
            case Expression.Unary unary -> unary.operator().isPostfix() ? POSTFIX : UNARY;
            case Expression.Cast _, Expression.Comptime _ -> UNARY;
            default -> POSTFIX;
        };
    }

    private static String text(Expression expression) {
        return switch (expression) {
            case Expression.NumberLiteral n -> n.text();
            case Expression.BooleanLiteral b -> Boolean.toString(b.value());
            case Expression.StringLiteral s -> StringText.quote(s.value());
            case Expression.Name n -> n.name();
            case Expression.Variable v -> "$" + v.name();
            case Expression.Positional p -> "$" + p.number();
            case Expression.PositionalCount _ -> "$#";
            case Expression.MapAccess m -> "@" + m.name() + (m.keys().isEmpty() ? "" : "[" + list(m.keys()) + "]");
            case Expression.Unary u -> unary(u);
            case Expression.Binary b ->
                print(b.left(), b.operator().precedence()) + " " + b.operator().text() + " "
                        + print(b.right(), b.operator().precedence() + 1);
            case Expression.Ternary t ->
                print(t.condition(), TERNARY + 1) + " ? " + (t.whenTrue() == null ? "" : print(t.whenTrue()) + " ")
                        + ": " + print(t.whenFalse());
            case Expression.Cast c -> "(" + print(c.type()) + ")" + castOperand(c.operand());
            case Expression.Call c ->
                c.function()
                        + c.arguments().stream()
                                .map(SyntaxPrinter::argument)
                                .collect(Collectors.joining(", ", "(", ")"));
            case Expression.Index i -> indexed(i.base()) + "[" + print(i.index()) + "]";
            case Expression.Field f -> print(f.base(), POSTFIX) + "." + f.field();
            case Expression.TupleField f -> print(f.base(), POSTFIX) + "." + f.index();
            case Expression.Tuple t ->
                t.elements().size() == 1 ? "(" + list(t.elements()) + ",)" : "(" + list(t.elements()) + ")";
            case Expression.NamedTuple t -> "(" + named(t.fields()) + ")";
            case Expression.SizeOf s -> "sizeof(" + print(s.operand()) + ")";
            case Expression.OffsetOf o -> "offsetof(" + print(o.operand()) + ", " + String.join(".", o.path()) + ")";
            case Expression.TypeInfo t -> "typeinfo(" + print(t.operand()) + ")";
            case Expression.Comptime c -> "comptime " + print(c.operand(), UNARY);
            case Expression.If i ->
                "if (" + print(i.condition()) + ") " + text(i.then())
                        + (i.otherwise() == null ? "" : " else " + text(i.otherwise()));
            case Expression.Block b -> block(b);
        };
    }

    /** A map's name before a bracket would take it for the map's key. */
    private static String indexed(Expression base) {
        boolean scalarMap = base instanceof Expression.MapAccess m && m.keys().isEmpty();
        return scalarMap ? "(" + print(base) + ")" : print(base, POSTFIX);
    }

    private static String unary(Expression.Unary unary) {
        String operator = unary.operator().text();
        if (unary.operator().isPostfix()) {
            return print(unary.operand(), POSTFIX) + operator;
        }
        String operand = print(unary.operand(), UNARY);
        // "- -1" is not "--1".
        boolean glued =
                operand.charAt(0) == operator.charAt(operator.length() - 1) && "-+&".indexOf(operand.charAt(0)) >= 0;
        return operator + (glued ? " " : "") + operand;
    }

    /** What follows a cast must not begin so that the cast could be taken for a group: a bare name before {@code -} or {@code *}. */
    private static String castOperand(Expression operand) {
        String text = print(operand, UNARY);
        return "-*&{+".indexOf(text.charAt(0)) >= 0 ? "(" + text + ")" : text;
    }

    private static String print(Expression.TypeOperand operand) {
        return switch (operand) {
            case Expression.TypeOperand.OfName name -> name.name().text();
            case Expression.TypeOperand.OfExpression expression -> "typeof(" + print(expression.expression()) + ")";
        };
    }

    private static String argument(Expression.Argument argument) {
        return switch (argument) {
            case Expression.Argument.OfExpression expression -> print(expression.expression());
            case Expression.Argument.OfType(Expression.TypeOperand.OfName name) ->
                "typeof(" + name.name().text() + ")";
            case Expression.Argument.OfType(Expression.TypeOperand.OfExpression operand) -> print(operand);
        };
    }

    private static String list(List<Expression> elements) {
        return elements.stream().map(SyntaxPrinter::print).collect(Collectors.joining(", "));
    }

    private static String named(List<Expression.NamedValue> fields) {
        return fields.stream().map(f -> f.name() + " = " + print(f.value())).collect(Collectors.joining(", "));
    }

    private static String block(Expression.Block block) {
        StringBuilder out = new StringBuilder("{ ");
        block.statements().forEach(s -> out.append(print(s)).append(' '));
        if (block.value() != null) {
            out.append(print(block.value())).append(' ');
        }
        return out.append('}').toString();
    }

    public static String print(Statement statement) {
        return switch (statement) {
            case Statement.Evaluate e -> print(e.expression()) + ";";
            case Statement.Discard d -> "_ = " + print(d.expression()) + ";";
            case Statement.Assign a ->
                print(a.target()) + " "
                        + (a.operator() == null ? "" : a.operator().text()) + "= " + print(a.value()) + ";";
            case Statement.Let l ->
                "let " + print(l.variable()) + (l.type() == null ? "" : " : " + print(l.type()))
                        + (l.value() == null ? "" : " = " + print(l.value())) + ";";
            case Statement.ForMap f -> "for (" + print(f.variable()) + " : " + print(f.map()) + ") " + block(f.body());
            case Statement.ForRange f ->
                "for (" + print(f.variable()) + " : " + print(f.start(), UNARY) + ".." + print(f.end(), UNARY) + ") "
                        + block(f.body());
            case Statement.While w -> "while (" + print(w.condition()) + ") " + block(w.body());
            case Statement.Unroll u -> "unroll (" + print(u.count()) + ") " + block(u.body());
            case Statement.Break _ -> "break;";
            case Statement.Continue _ -> "continue;";
            case Statement.Return r -> "return" + (r.value() == null ? "" : " " + print(r.value())) + ";";
            case Statement.Import i -> "import " + StringText.quote(i.path()) + ";";
        };
    }
}
