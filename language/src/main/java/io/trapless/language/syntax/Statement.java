package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Span;
import org.jspecify.annotations.Nullable;

/** A statement of an action block. {@code if} is an {@link Expression.If} in an {@link Evaluate}. */
public sealed interface Statement {
    Span span();

    /** An expression for its effect. */
    record Evaluate(Expression expression, Span span) implements Statement {}

    /** {@code _ = expression}: for its effect, the value dropped on purpose. */
    record Discard(Expression expression, Span span) implements Statement {}

    /**
     * @param target a {@link Expression.Variable} or {@link Expression.MapAccess}
     * @param operator of a compound assignment such as {@code +=}; null for {@code =}
     */
    record Assign(Expression target, @Nullable BinaryOperatorSyntax operator, Expression value, Span span)
            implements Statement {}

    /** {@code let $name: type = value}; type and value may be left out. */
    record Let(
            Expression.Variable variable,
            Expression.@Nullable TypeOperand type,
            @Nullable Expression value,
            Span span) implements Statement {}

    /** {@code for ($variable : @map)}. */
    record ForMap(Expression.Variable variable, Expression map, Expression.Block body, Span span)
            implements Statement {}

    /** {@code for ($variable : start..end)}; the end is exclusive. */
    record ForRange(Expression.Variable variable, Expression start, Expression end, Expression.Block body, Span span)
            implements Statement {}

    record While(Expression condition, Expression.Block body, Span span) implements Statement {}

    record Unroll(Expression count, Expression.Block body, Span span) implements Statement {}

    record Break(Span span) implements Statement {}

    record Continue(Span span) implements Statement {}

    record Return(@Nullable Expression value, Span span) implements Statement {}

    /** {@code import "path";} */
    record Import(String path, Span span) implements Statement {}
}
