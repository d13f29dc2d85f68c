package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.Slot;
import io.trapless.language.slice.BinaryOperator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which variables, and which entries of maps where they are read ({@link MapStores}), always stand for one expression. Of variables it is those that are assigned once, by a statement that runs before every use. Since a variable is only visible in the block of its first mention, that is so if the assignment stands
 * in the block of the declaration and no use comes before it.
 */
final class Definitions extends TreeMapper {
    private final Map<Integer, CheckedExpression> values = new HashMap<>();
    private final Map<Object, List<CheckedExpression>> assignments = new HashMap<>();
    private final Set<Integer> assigned = new HashSet<>();
    private final Set<Integer> spoiled = new HashSet<>();

    /** How many conditions and loops stand around the statement being looked at. */
    private int depth;

    private final Map<Integer, Integer> depths = new HashMap<>();

    /** Null while the variables are collected. */
    private @Nullable MapStores stores;

    private Definitions() {}

    static Definitions of(CheckedStatement.Block body) {
        Definitions definitions = new Definitions();
        definitions.block(body);
        definitions.stores = MapStores.of(body, definitions);
        return definitions;
    }

    /** The expression that the variable stands for, or null. */
    @Nullable CheckedExpression valueOf(Slot slot) {
        return spoiled.contains(slot.index()) ? null : values.get(slot.index());
    }

    /** The expression that a variable or an entry of a map stands for; null if it is none, or stands for none. */
    @Nullable CheckedExpression valueOf(CheckedExpression e) {
        return switch (e) {
            case CheckedExpression.Variable v -> valueOf(v.slot());
            case CheckedExpression.MapValue read -> stores == null ? null : stores.valueOf(read);
            default -> null;
        };
    }

    /** All that a variable ({@link Slot}) or entries of a map ({@link MapDescriptor}) are assigned, in the program's order. */
    List<CheckedExpression> assignments(Object assignedTo) {
        return assignments.getOrDefault(assignedTo, List.of());
    }

    private void note(Object assignedTo, CheckedExpression value) {
        assignments.computeIfAbsent(assignedTo, _ -> new ArrayList<>()).add(value);
    }

    private void spoil(Slot slot) {
        spoiled.add(slot.index());
    }

    @Override
    CheckedStatement statement(CheckedStatement s) {
        switch (s) {
            case CheckedStatement.AssignVariable(Slot slot, CheckedExpression value, var _) -> {
                if (value == null) {
                    // A declaration: it counts from here, but gives no value.
                    depths.putIfAbsent(slot.index(), depth);
                    return s;
                }
                expression(value);
                boolean first = assigned.add(slot.index());
                int declared = depths.getOrDefault(slot.index(), depth);
                if (!first || declared != depth) {
                    spoil(slot);
                }
                depths.putIfAbsent(slot.index(), depth);
                values.put(slot.index(), value);
                note(slot, value);
                return s;
            }
            case CheckedStatement.AssignMap a -> note(a.map(), a.value());
            case CheckedStatement.ForMap f -> spoil(f.slot());
            case CheckedStatement.ForRange f -> spoil(f.slot());
            default -> {}
        }
        boolean nests = s instanceof CheckedStatement.If
                || s instanceof CheckedStatement.While
                || s instanceof CheckedStatement.ForMap
                || s instanceof CheckedStatement.ForRange;
        depth += nests ? 1 : 0;
        CheckedStatement result = super.statement(s);
        depth -= nests ? 1 : 0;
        return result;
    }

    @Override
    CheckedExpression expression(CheckedExpression e) {
        switch (e) {
            case CheckedExpression.Variable v -> {
                if (!assigned.contains(v.slot().index())) {
                    spoil(v.slot());
                }
            }
            case CheckedExpression.IncrementVariable i -> spoil(i.slot());
            case CheckedExpression.Find f -> spoil(f.result());
            case CheckedExpression.Conditional c -> {
                expression(c.condition());
                depth++;
                expression(c.whenTrue());
                expression(c.whenFalse());
                depth--;
                return e;
            }
            case CheckedExpression.Binary b
            when b.operator() == BinaryOperator.LOGICAL_AND || b.operator() == BinaryOperator.LOGICAL_OR -> {
                expression(b.left());
                depth++;
                expression(b.right());
                depth--;
                return e;
            }
            default -> {}
        }
        return super.expression(e);
    }

    @Override
    CheckedExpression object(CheckedExpression e) {
        if (e instanceof CheckedExpression.Variable v) {
            spoil(v.slot());
        }
        return e;
    }
}
