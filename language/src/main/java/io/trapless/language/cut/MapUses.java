package io.trapless.language.cut;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.MapDescriptor;
import java.util.HashSet;
import java.util.Set;

/** What actions do with maps beside feeding them. */
final class MapUses extends TreeMapper {
    private final Set<Integer> looked = new HashSet<>();
    private final Set<Integer> changed = new HashSet<>();
    private boolean exits;

    /** Takes in one action. */
    void add(CheckedAction action) {
        optional(action.filter());
        block(action.body());
    }

    /** Whether a map is read, printed, asked or changed. */
    boolean isUsed(MapDescriptor map) {
        return looked.contains(map.index()) || isChanged(map);
    }

    /** Whether entries are set or taken out. */
    boolean isChanged(MapDescriptor map) {
        return changed.contains(map.index());
    }

    /** Whether the program may end here. */
    boolean exits() {
        return exits;
    }

    @Override
    CheckedExpression expression(CheckedExpression e) {
        note(e);
        return super.expression(e);
    }

    @Override
    CheckedExpression object(CheckedExpression e) {
        return expression(e);
    }

    private void note(CheckedExpression e) {
        switch (e) {
            case CheckedExpression.MapValue m -> looked.add(m.map().index());
            case CheckedExpression.HasKey m -> looked.add(m.map().index());
            case CheckedExpression.Find m -> looked.add(m.map().index());
            case CheckedExpression.Length m -> looked.add(m.map().index());
            case CheckedExpression.PrintMap m -> looked.add(m.map().index());
            case CheckedExpression.IncrementMap m -> changed.add(m.map().index());
            case CheckedExpression.Delete m -> changed.add(m.map().index());
            case CheckedExpression.Reset m -> changed.add(m.map().index());
            case CheckedExpression.Exit _ -> exits = true;
            default -> {}
        }
    }

    @Override
    CheckedStatement statement(CheckedStatement s) {
        switch (s) {
            case CheckedStatement.AssignMap m -> changed.add(m.map().index());
            case CheckedStatement.ForMap m -> looked.add(m.map().index());
            default -> {}
        }
        return super.statement(s);
    }
}
