package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.Value;
import io.trapless.language.types.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where reads begin that are left to the handler, as far as the target knows that: {@code $p[$i]} and {@code $p++} in a loop begin at what {@code $p} was at first, and a string for which a record has no room begins where it is; a
 * pointer out of a map may be one that the same action puts there. So the target can capture what lies there, at a guess.
 */
final class Origins {
    private final TargetValues values;
    private final Map<Value, CheckedExpression> found = new LinkedHashMap<>();

    /** Variables and maps. */
    private final Set<Object> seen = new HashSet<>();

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
            case CheckedExpression.Load l when l.type().sizeInBytes() > Limits.MAX_BUFFER_BYTES -> {}
            case CheckedExpression.Load l -> add(l.address());
            case CheckedExpression.ReadString s -> add(s.address());
            case CheckedExpression.ReadBytes b -> add(b.address());
            default -> throw new IllegalArgumentException("no read: " + read);
        }
    }

    private void add(CheckedExpression address) {
        Value value = values.scalar(address);
        if (value != null) {
            if (!isConstant(value)) {
                found.putIfAbsent(value, plain(address));
            }
            return;
        }
        switch (address) {
            case CheckedExpression.Convert c when c.operand().type().isScalar() -> add(c.operand());
            case CheckedExpression.Variable v -> addAll(v.slot(), values.assignments(v.slot()));
            case CheckedExpression.IncrementVariable i -> addAll(i.slot(), values.assignments(i.slot()));
            case CheckedExpression.MapValue m -> addAll(m.map(), values.assignments(m.map()));
            case CheckedExpression.Binary b
            when b.operator() == BinaryOperator.ADD || b.operator() == BinaryOperator.SUBTRACT ->
                add(isPointer(b.right()) && !isPointer(b.left()) ? b.right() : b.left());
            default -> {}
        }
    }

    private static boolean isConstant(Value value) {
        return value instanceof Value.Constant
                || (value instanceof Value.Cast(Value operand, int _, boolean _) && isConstant(operand));
    }

    /** Without variables and casts that change no bit: so it may have a field already. */
    private CheckedExpression plain(CheckedExpression address) {
        CheckedExpression at = values.resolve(address);
        while (at instanceof CheckedExpression.Convert(var conversion, CheckedExpression operand, Type _, var _)
                && conversion == CheckedExpression.Conversion.NUMBER
                && operand.type().sizeInBytes() == Long.BYTES) {
            at = values.resolve(operand);
        }
        return at;
    }

    private static boolean isPointer(CheckedExpression e) {
        return e.type() instanceof Type.Pointer
                || (e instanceof CheckedExpression.Convert c && c.operand().type() instanceof Type.Pointer);
    }

    /** Of all that a variable or a map is assigned in the action. */
    private void addAll(Object assigned, List<CheckedExpression> assignments) {
        if (seen.add(assigned)) {
            assignments.forEach(this::add);
        }
    }
}
