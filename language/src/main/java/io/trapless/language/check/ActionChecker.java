package io.trapless.language.check;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import org.jspecify.annotations.Nullable;

/** Checks one action at one attach point, again in each round. */
final class ActionChecker {
    private final ActionState state;
    private final Program.Action action;
    private final Expressions expressions;

    ActionChecker(ActionState state, Program.Action action) {
        this.state = state;
        this.action = action;
        this.expressions = new Expressions(state);
    }

    CheckedAction check(int index) {
        state.variables.beginRound();
        state.variables.enter(action);
        CheckedExpression filter = filter();
        CheckedStatement.Block body = expressions.statements().block(action.body());
        state.variables.leave();
        return new CheckedAction(
                index,
                state.program.program.sources(),
                state.point,
                state.kind,
                state.variables.slots(),
                filter,
                body,
                null,
                action.span());
    }

    private @Nullable CheckedExpression filter() {
        Expression filter = action.filter();
        if (filter == null) {
            return null;
        }
        int depth = state.depth();
        try {
            Term term = expressions.check(filter);
            if (!term.literal() && !term.type().isScalar()) {
                throw state.fail(
                        filter.span(), "Invalid condition: " + term.type().family());
            }
            return term.literal()
                    ? Literals.truth(Literals.isTrue(term), filter.span()).node()
                    : term.node();
        } catch (Stop stop) {
            state.restoreDepth(depth);
            if (stop.isUnresolved()) {
                state.program.leaveUnresolved(state.place(filter.span()));
            }
            return null;
        }
    }
}
