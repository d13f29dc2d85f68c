package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random trees of the whole grammar, such as the parser can make. */
final class RandomSyntax {
    private static final Span NOWHERE = new Span(0, 0);
    private static final List<String> NAMES = List.of("arg0", "arg12", "tid", "cpu", "nsecs", "foo", "x_1");
    private static final List<TypeName> TYPES = List.of(
            new TypeName.Named(null, "uint32"),
            new TypeName.Named("struct", "foo"),
            new TypeName.Pointer(new TypeName.Named(null, "uint8")),
            new TypeName.Pointer(new TypeName.Pointer(new TypeName.Named("union", "bar"))),
            new TypeName.Array(new TypeName.Named(null, "int8"), 4));

    private final RandomGenerator random;

    RandomSyntax(RandomGenerator random) {
        this.random = random;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    Expression expression(int depth) {
        if (depth <= 0) {
            return leaf();
        }
        int d = depth - 1;
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3 ->
                new Expression.Binary(
                        pick(List.of(BinaryOperatorSyntax.values())), expression(d), expression(d), NOWHERE);
            case 4, 5 -> {
                UnaryOperatorSyntax operator = pick(List.of(UnaryOperatorSyntax.values()));
                boolean place = operator.isIncrement() || operator == UnaryOperatorSyntax.ADDRESS_OF;
                yield new Expression.Unary(operator, place ? place(d) : expression(d), NOWHERE);
            }
            case 6 ->
                new Expression.Ternary(
                        expression(d), random.nextBoolean() ? expression(d) : null, expression(d), NOWHERE);
            case 7, 8 -> new Expression.Cast(type(), expression(d), NOWHERE);
            case 9 -> {
                List<Expression.Argument> arguments = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    arguments.add(new Expression.Argument.OfExpression(expression(d)));
                }
                yield new Expression.Call("f", arguments, NOWHERE, NOWHERE);
            }
            case 10 -> new Expression.Index(expression(d), expression(d), NOWHERE);
            case 11 -> new Expression.Field(expression(d), "field", NOWHERE);
            case 12 -> new Expression.TupleField(expression(d), random.nextInt(3), NOWHERE);
            case 13 -> new Expression.Tuple(expressions(d, 0), NOWHERE);
            case 14 ->
                new Expression.NamedTuple(
                        List.of(
                                new Expression.NamedValue("a", expression(d), NOWHERE),
                                new Expression.NamedValue("b", expression(d), NOWHERE)),
                        NOWHERE);
            default -> new Expression.SizeOf(type(), NOWHERE);
        };
    }

    private List<Expression> expressions(int depth, int min) {
        List<Expression> expressions = new ArrayList<>();
        for (int i = min + random.nextInt(3); i > 0; i--) {
            expressions.add(expression(depth));
        }
        return expressions;
    }

    private Expression.TypeOperand type() {
        return new Expression.TypeOperand.OfName(pick(TYPES), NOWHERE);
    }

    private Expression place(int depth) {
        return random.nextBoolean()
                ? new Expression.Variable("v", NOWHERE)
                : new Expression.MapAccess(
                        random.nextBoolean() ? "m" : "",
                        random.nextBoolean() ? List.of() : expressions(depth, 1),
                        NOWHERE);
    }

    private Expression leaf() {
        return switch (random.nextInt(8)) {
            case 0 -> number(random.nextLong() >>> random.nextInt(1, 64));
            case 1 -> new Expression.BooleanLiteral(random.nextBoolean(), NOWHERE);
            case 2 -> new Expression.StringLiteral(string(), NOWHERE);
            case 3 -> place(0);
            case 4 ->
                random.nextBoolean()
                        ? new Expression.Positional(random.nextInt(1, 10), NOWHERE)
                        : new Expression.PositionalCount(NOWHERE);
            default -> new Expression.Name(pick(NAMES), NOWHERE);
        };
    }

    private static Expression number(long value) {
        return new Expression.NumberLiteral(value, false, Long.toString(value), NOWHERE);
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            out.append(
                    random.nextInt(4) == 0 ? StringText.escaped(random.nextInt(256)) : (char) random.nextInt(1, 0x300));
        }
        return out.toString();
    }
}
