package io.trapless.language.checked;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.AggregateKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement. */
public sealed interface CheckedStatement {
    Span span();

    /** An expression for its effect; its value is dropped. */
    record Evaluate(CheckedExpression expression, Span span) implements CheckedStatement {}

    /**
     * A variable gets a value of its own type.
     *
     * @param value null: the variable comes to life as zero (again, if this is in a loop)
     */
    record AssignVariable(Slot slot, @Nullable CheckedExpression value, Span span) implements CheckedStatement {}

    /**
     * An entry gets a value of the map's value type.
     *
     * @param key of the map's key type; null for a scalar map
     */
    record AssignMap(MapDescriptor map, @Nullable CheckedExpression key, CheckedExpression value, Span span)
            implements CheckedStatement {}

    /**
     * An entry accumulates a value.
     *
     * @param value 64 bits wide, extended by its own type; null for {@code count}
     */
    record Accumulate(
            MapDescriptor map,
            @Nullable CheckedExpression key,
            AggregateKind kind,
            @Nullable CheckedExpression value,
            Span span)
            implements CheckedStatement {}

    /** A condition is a number or pointer; not 0 is true. */
    record If(CheckedExpression condition, Block then, Block otherwise, Span span) implements CheckedStatement {}

    record While(CheckedExpression condition, Block body, Span span) implements CheckedStatement {}

    /** The two bounds are evaluated once, in this order; signed 64-bit; {@code end} is not reached. Changes that the body makes to the variable do not steer the loop. */
    record ForRange(Slot slot, CheckedExpression start, CheckedExpression end, Block body, Span span)
            implements CheckedStatement {}

    /**
     * All entries of a map that has keys. Entries that the body adds or deletes may be met or not; none is met twice.
     *
     * @param slot of type {@link io.trapless.language.types.Type.Tuple} (key, value); a value that accumulates is its number ({@link CheckedExpression.Conversion#AGGREGATE_TO_NUMBER})
     */
    record ForMap(Slot slot, MapDescriptor map, Block body, Span span) implements CheckedStatement {}

    record Break(Span span) implements CheckedStatement {}

    record Continue(Span span) implements CheckedStatement {}

    /**
     * Ends the action.
     *
     * @param value the outcome of a {@code test} probe: not 0 is a failure; null means 0
     */
    record Return(@Nullable CheckedExpression value, Span span) implements CheckedStatement {}

    /**
     * Statements in order.
     *
     * @param call if they came out of a macro: the place where it is called
     */
    record Block(
            List<CheckedStatement> statements, @Nullable Span call, Span span) implements CheckedStatement {
        public Block {
            statements = List.copyOf(statements);
        }

        public Block(List<CheckedStatement> statements, Span span) {
            this(statements, null, span);
        }

        public boolean isEmpty() {
            return statements.isEmpty();
        }
    }
}
