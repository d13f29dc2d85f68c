package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Leaves out assignments to variables that a handler does not read any more, because captures see through them. What they would have captured need not be recorded. */
final class Unused extends TreeMapper {
    private final Set<Integer> read;
    private final Definitions definitions;
    private final TargetValues values;

    private Unused(Set<Integer> read, Definitions definitions, TargetValues values) {
        this.read = read;
        this.definitions = definitions;
        this.values = values;
    }

    /**
     * @param body the action's
     * @param handler the same with captures in place
     */
    static CheckedStatement.Block without(
            CheckedStatement.Block body, CheckedStatement.Block handler, Definitions definitions, TargetValues values) {
        Readers readers = new Readers();
        readers.block(handler);
        return new Unused(readers.read, definitions, values).block(body);
    }

    @Override
    CheckedStatement statement(CheckedStatement s) {
        boolean unused = s instanceof CheckedStatement.AssignVariable a
                && !read.contains(a.slot().index())
                && (a.value() == null || isSeenThrough(a));
        return unused ? new CheckedStatement.Block(List.of(), s.span()) : super.statement(s);
    }

    private boolean isSeenThrough(CheckedStatement.AssignVariable a) {
        CheckedExpression value = a.value();
        return value != null
                && definitions.valueOf(a.slot()) != null
                && (values.scalar(value) != null || values.isLarge(value));
    }

    /** Which variables are read. */
    private static final class Readers extends TreeMapper {
        final Set<Integer> read = new HashSet<>();

        @Override
        CheckedExpression expression(CheckedExpression e) {
            note(e);
            return super.expression(e);
        }

        private void note(CheckedExpression e) {
            switch (e) {
                case CheckedExpression.Variable v -> read.add(v.slot().index());
                case CheckedExpression.IncrementVariable i -> read.add(i.slot().index());
                case CheckedExpression.Find f -> read.add(f.result().index());
                default -> {}
            }
        }

        @Override
        CheckedExpression object(CheckedExpression e) {
            note(e);
            return e;
        }
    }
}
