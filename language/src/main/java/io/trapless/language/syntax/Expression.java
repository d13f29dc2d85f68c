package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of the language. {@link SyntaxPrinter} gives its text. */
public sealed interface Expression {
    Span span();

    /**
     * @param value the number; unsigned if {@code unsigned}
     * @param unsigned whether it is above {@code Long.MAX_VALUE}
     * @param text as written
     */
    record NumberLiteral(long value, boolean unsigned, String text, Span span) implements Expression {}

    record BooleanLiteral(boolean value, Span span) implements Expression {}

    /**
     * @param value the contents, as {@link StringText} has them
     */
    record StringLiteral(String value, Span span) implements Expression {}

    /** A bare identifier: a builtin, an enumerator or a macro. */
    record Name(String name, Span span) implements Expression {}

    /**
     * @param name without the {@code $}
     */
    record Variable(String name, Span span) implements Expression {}

    /** {@code $1}. */
    record Positional(int number, Span span) implements Expression {}

    /** {@code $#}. */
    record PositionalCount(Span span) implements Expression {}

    /**
     * @param name without the {@code @}; empty for the map without a name
     * @param keys empty for a scalar map
     */
    record MapAccess(String name, List<Expression> keys, Span span) implements Expression {
        public MapAccess {
            keys = List.copyOf(keys);
        }
    }

    record Unary(UnaryOperatorSyntax operator, Expression operand, Span span) implements Expression {}

    record Binary(BinaryOperatorSyntax operator, Expression left, Expression right, Span span) implements Expression {}

    /**
     * @param whenTrue null in the short form {@code condition ?: whenFalse}
     */
    record Ternary(Expression condition, @Nullable Expression whenTrue, Expression whenFalse, Span span)
            implements Expression {}

    record Cast(TypeOperand type, Expression operand, Span span) implements Expression {}

    record Call(String function, List<Argument> arguments, Span functionSpan, Span span) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    record Index(Expression base, Expression index, Span span) implements Expression {}

    /** {@code base.field} or {@code base->field}, which mean the same. */
    record Field(Expression base, String field, Span span) implements Expression {}

    /** {@code base.0}. */
    record TupleField(Expression base, int index, Span span) implements Expression {}

    record Tuple(List<Expression> elements, Span span) implements Expression {
        public Tuple {
            elements = List.copyOf(elements);
        }
    }

    /** {@code (name = value, ...)}. */
    record NamedTuple(List<NamedValue> fields, Span span) implements Expression {
        public NamedTuple {
            fields = List.copyOf(fields);
        }
    }

    record SizeOf(TypeOperand operand, Span span) implements Expression {}

    record OffsetOf(TypeOperand operand, List<String> path, Span span) implements Expression {
        public OffsetOf {
            path = List.copyOf(path);
        }
    }

    record TypeInfo(TypeOperand operand, Span span) implements Expression {}

    record Comptime(Expression operand, Span span) implements Expression {}

    /**
     * {@code if (condition) { ... } else { ... }}: a statement, or a value where both blocks end in an expression.
     *
     * @param otherwise a {@link Block}, another {@link If}, or null
     */
    record If(Expression condition, Block then, @Nullable Expression otherwise, Span span) implements Expression {}

    /**
     * A block.
     *
     * @param value the last expression, without a semicolon; null if there is none
     */
    record Block(List<Statement> statements, @Nullable Expression value, Span span) implements Expression {
        public Block {
            statements = List.copyOf(statements);
        }
    }

    /** One value with a name: a field of a record clause or of a named tuple. */
    record NamedValue(String name, Expression value, Span nameSpan) {}

    /** An argument of a call: an expression, or {@code typeof(...)}. */
    sealed interface Argument {
        record OfExpression(Expression expression) implements Argument {}

        record OfType(TypeOperand type) implements Argument {}
    }

    /** Where a type is wanted: a type's name, or an expression whose type is meant. */
    sealed interface TypeOperand {
        Span span();

        record OfName(TypeName name, Span span) implements TypeOperand {}

        record OfExpression(Expression expression, Span span) implements TypeOperand {}
    }
}
