package io.trapless.language.expand;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Statement;
import io.trapless.language.syntax.TypeName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a copy of a tree; what is to be different in it is told by overriding. Parts are visited in the order in which they run. */
abstract class SyntaxMapper {
    Span span(Span span) {
        return span;
    }

    TypeName typeName(TypeName name) {
        return name;
    }

    Expression.Variable variable(Expression.Variable variable) {
        return new Expression.Variable(variable.name(), span(variable.span()));
    }

    Expression expression(Expression expression) {
        return switch (expression) {
            case Expression.NumberLiteral e ->
                new Expression.NumberLiteral(e.value(), e.unsigned(), e.text(), span(e.span()));
            case Expression.BooleanLiteral e -> new Expression.BooleanLiteral(e.value(), span(e.span()));
            case Expression.StringLiteral e -> new Expression.StringLiteral(e.value(), span(e.span()));
            case Expression.Name e -> new Expression.Name(e.name(), span(e.span()));
            case Expression.Variable e -> variable(e);
            case Expression.Positional e -> new Expression.Positional(e.number(), span(e.span()));
            case Expression.PositionalCount e -> new Expression.PositionalCount(span(e.span()));
            case Expression.MapAccess e -> map(e);
            case Expression.Unary e -> new Expression.Unary(e.operator(), expression(e.operand()), span(e.span()));
            case Expression.Binary e ->
                new Expression.Binary(e.operator(), expression(e.left()), expression(e.right()), span(e.span()));
            case Expression.Ternary e ->
                new Expression.Ternary(
                        expression(e.condition()),
                        e.whenTrue() == null ? null : expression(e.whenTrue()),
                        expression(e.whenFalse()),
                        span(e.span()));
            case Expression.Cast e -> new Expression.Cast(type(e.type()), expression(e.operand()), span(e.span()));
            case Expression.Call e -> call(e);
            case Expression.Index e ->
                new Expression.Index(expression(e.base()), expression(e.index()), span(e.span()));
            case Expression.Field e -> new Expression.Field(expression(e.base()), e.field(), span(e.span()));
            case Expression.TupleField e -> new Expression.TupleField(expression(e.base()), e.index(), span(e.span()));
            case Expression.Tuple e -> new Expression.Tuple(expressions(e.elements()), span(e.span()));
            case Expression.NamedTuple e ->
                new Expression.NamedTuple(
                        e.fields().stream()
                                .map(f ->
                                        new Expression.NamedValue(f.name(), expression(f.value()), span(f.nameSpan())))
                                .toList(),
                        span(e.span()));
            case Expression.SizeOf e -> new Expression.SizeOf(type(e.operand()), span(e.span()));
            case Expression.OffsetOf e -> offsetOf(e);
            case Expression.TypeInfo e -> new Expression.TypeInfo(type(e.operand()), span(e.span()));
            case Expression.Comptime e -> new Expression.Comptime(expression(e.operand()), span(e.span()));
            case Expression.If e ->
                new Expression.If(
                        expression(e.condition()),
                        block(e.then()),
                        e.otherwise() == null ? null : expression(e.otherwise()),
                        span(e.span()));
            case Expression.Block e -> block(e);
        };
    }

    Expression map(Expression.MapAccess access) {
        return new Expression.MapAccess(access.name(), expressions(access.keys()), span(access.span()));
    }

    Expression call(Expression.Call call) {
        return new Expression.Call(
                call.function(), arguments(call.arguments()), span(call.functionSpan()), span(call.span()));
    }

    Expression offsetOf(Expression.OffsetOf e) {
        return new Expression.OffsetOf(type(e.operand()), e.path(), span(e.span()));
    }

    List<Expression.Argument> arguments(List<Expression.Argument> arguments) {
        List<Expression.Argument> out = new ArrayList<>();
        for (Expression.Argument argument : arguments) {
            out.add(
                    switch (argument) {
                        case Expression.Argument.OfExpression a ->
                            new Expression.Argument.OfExpression(expression(a.expression()));
                        case Expression.Argument.OfType a -> new Expression.Argument.OfType(type(a.type()));
                    });
        }
        return out;
    }

    Expression.TypeOperand type(Expression.TypeOperand operand) {
        return switch (operand) {
            case Expression.TypeOperand.OfName t ->
                new Expression.TypeOperand.OfName(typeName(t.name()), span(t.span()));
            case Expression.TypeOperand.OfExpression t ->
                new Expression.TypeOperand.OfExpression(expression(t.expression()), span(t.span()));
        };
    }

    List<Expression> expressions(List<Expression> list) {
        List<Expression> out = new ArrayList<>();
        list.forEach(e -> out.add(expression(e)));
        return out;
    }

    Expression.Block block(Expression.Block block) {
        List<Statement> statements = new ArrayList<>();
        block.statements().forEach(s -> statements.add(statement(s)));
        Expression value = block.value() == null ? null : expression(block.value());
        return new Expression.Block(statements, value, span(block.span()));
    }

    Statement statement(Statement statement) {
        return switch (statement) {
            case Statement.Evaluate s -> new Statement.Evaluate(expression(s.expression()), span(s.span()));
            case Statement.Discard s -> new Statement.Discard(expression(s.expression()), span(s.span()));
            case Statement.Assign s -> {
                Expression target = target(s.target());
                yield new Statement.Assign(target, s.operator(), expression(s.value()), span(s.span()));
            }
            case Statement.Let s -> let(s);
            case Statement.ForMap s -> {
                Expression.Variable variable = loopVariable(s.variable());
                yield new Statement.ForMap(variable, expression(s.map()), block(s.body()), span(s.span()));
            }
            case Statement.ForRange s -> {
                Expression.Variable variable = loopVariable(s.variable());
                yield new Statement.ForRange(
                        variable, expression(s.start()), expression(s.end()), block(s.body()), span(s.span()));
            }
            case Statement.While s -> new Statement.While(expression(s.condition()), block(s.body()), span(s.span()));
            case Statement.Unroll s -> new Statement.Unroll(expression(s.count()), block(s.body()), span(s.span()));
            case Statement.Break s -> new Statement.Break(span(s.span()));
            case Statement.Continue s -> new Statement.Continue(span(s.span()));
            case Statement.Return s -> new Statement.Return(optional(s.value()), span(s.span()));
            case Statement.Import s -> new Statement.Import(s.path(), span(s.span()));
        };
    }

    /** What is assigned to. */
    Expression target(Expression target) {
        return expression(target);
    }

    Expression.Variable loopVariable(Expression.Variable variable) {
        return variable(variable);
    }

    Statement let(Statement.Let let) {
        return new Statement.Let(
                variable(let.variable()),
                let.type() == null ? null : type(let.type()),
                optional(let.value()),
                span(let.span()));
    }

    private @Nullable Expression optional(@Nullable Expression expression) {
        return expression == null ? null : expression(expression);
    }
}
