package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.language.types.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where reads begin whose address is known only outside because it moves: {@code $p[$i]} and {@code $p++} in a loop begin at what {@code $p} was at first, and that the target knows. So it can capture what lies there, at a guess.
 */
final class Origins {
    private final TargetValues values;
    private final Map<Value, CheckedExpression> found = new LinkedHashMap<>();
    private final Set<Integer> seen = new HashSet<>();

    Origins(TargetValues values) {
        this.values = values;
    }

    /** The expressions, numbers that the target can compute, each place once, in the order in which they were found. */
    Collection<CheckedExpression> all() {
        return found.values();
    }

    /** Adds the origins of a read of memory. */
    void addOfRead(CheckedExpression read) {
        switch (read) {
            case CheckedExpression.Load l -> add(l.address());
            case CheckedExpression.ReadString s -> add(s.address());
            case CheckedExpression.ReadBytes b -> add(b.address());
            default -> throw new IllegalArgumentException("no read: " + read);
        }
    }

    private void add(CheckedExpression address) {
        Value value = values.scalar(address);
        if (value != null) {
            if (!(value instanceof Value.Constant)) {
                found.putIfAbsent(value, address);
            }
            return;
        }
        switch (address) {
            case CheckedExpression.Convert c when c.operand().type().isScalar() -> add(c.operand());
            case CheckedExpression.Variable v -> addOf(v.slot().index());
            case CheckedExpression.IncrementVariable i -> addOf(i.slot().index());
            case CheckedExpression.Binary b when b.operator() == BinaryOperator.ADD || b.operator() == BinaryOperator.SUBTRACT ->
                add(isPointer(b.right()) && !isPointer(b.left()) ? b.right() : b.left());
            default -> {}
        }
    }

    private static boolean isPointer(CheckedExpression e) {
        return e.type() instanceof Type.Pointer
                || (e instanceof CheckedExpression.Convert c && c.operand().type() instanceof Type.Pointer);
    }

    /** Of all that a variable is ever assigned. */
    private void addOf(int slot) {
        if (seen.add(slot)) {
            values.assignments(slot).forEach(this::add);
        }
    }
}
