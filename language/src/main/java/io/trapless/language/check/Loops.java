package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Statement;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code for} and {@code while}. */
final class Loops {
    private final ActionState state;
    private final Expressions expressions;
    private final Statements statements;

    Loops(ActionState state, Expressions expressions, Statements statements) {
        this.state = state;
        this.expressions = expressions;
        this.statements = statements;
    }

    CheckedStatement forMap(Statement.ForMap loop) {
        Expression.MapAccess access = (Expression.MapAccess) loop.map();
        if (!access.keys().isEmpty()) {
            throw state.fail(access.span(), "Loop expression does not support type: an entry of a map");
        }
        MapState map = expressions
                .maps()
                .requireKeys(
                        access,
                        "@" + access.name() + " has no explicit keys (scalar map), and cannot be used for iteration");
        Type element = null;
        Type key = map.keyType;
        Type value = map.valueType;
        if (value instanceof Type.Aggregate a) {
            if (!a.kind().isNumber()) {
                throw state.fail(access.span(), "Loop expression does not support type: " + value.text());
            }
            value = new Type.Int(8, a.signed());
        }
        if (key != null && value != null) {
            element = new Type.Tuple(List.of(key, value));
        }
        Variables.Entry[] slot = new Variables.Entry[1];
        CheckedStatement.Block body = body(loop, loop.variable(), element, loop.body(), slot);
        MapDescriptor descriptor = state.program.descriptor(map);
        return new CheckedStatement.ForMap(slot[0].slot(), descriptor, body, loop.span());
    }

    CheckedStatement forRange(Statement.ForRange loop) {
        Term start = expressions.check(loop.start());
        Term end = expressions.check(loop.end());
        Span range = loop.start().span().to(loop.end().span());
        if (!start.type().isInteger()) {
            throw state.fail(range, "Loop range requires an integer for the start value");
        }
        if (!end.type().isInteger()) {
            throw state.fail(range, "Loop range requires an integer for the end value");
        }
        Type common = start.type();
        if (start.type().sizeInBytes() != end.type().sizeInBytes()) {
            Type grown = TypePromotion.promote(start.type(), end.type());
            common = grown == null ? common : grown;
        }
        CheckedExpression from = expressions.conversions().convert(start.node(), common);
        CheckedExpression to = expressions.conversions().convert(end.node(), common);
        Variables.Entry[] slot = new Variables.Entry[1];
        CheckedStatement.Block body = body(loop, loop.variable(), common, loop.body(), slot);
        return new CheckedStatement.ForRange(
                slot[0].slot(), from == null ? start.node() : from, to == null ? end.node() : to, body, loop.span());
    }

    /** The loop's body with its variable in sight; also looked at while the variable's type is unknown. */
    private CheckedStatement.Block body(
            Object owner,
            Expression.Variable variable,
            @Nullable Type type,
            Expression.Block body,
            Variables.Entry[] slot) {
        Variables.Entry shadowed = state.variables.find(variable.name());
        if (shadowed != null) {
            throw state.fail(state.error(
                            variable.span(),
                            "Loop declaration shadows existing variable: " + Statements.shown(variable.name()))
                    .note(shadowed.how.sentence, state.place(shadowed.origin)));
        }
        state.variables.enter(owner);
        state.enterLoop();
        try {
            Variables.Entry info = state.variables.declare(variable.name(), variable.span(), Variables.Origin.LOOP);
            info.assigned = true;
            if (type != null) {
                Type grown = info.type == null || !type.isInteger() ? type : TypePromotion.promote(info.type, type);
                state.setType(info, grown == null ? type : grown);
            }
            slot[0] = info;
            return statements.block(body);
        } finally {
            state.leaveLoop();
            state.variables.leave();
        }
    }

    CheckedStatement whileLoop(Statement.While loop) {
        state.warn(
                Finding.warning(
                                state.place(loop.span()),
                                "While loops are deprecated and may be removed in the future.")
                        .hint(
                                "For loops support ranges (e.g. `for ($x : $start..$end) { ... }`), and can be used in place of while."));
        Term condition = expressions.check(loop.condition());
        if (!condition.type().isScalar()) {
            throw state.fail(
                    loop.condition().span(),
                    "Invalid condition: " + condition.type().family());
        }
        state.enterLoop();
        try {
            return new CheckedStatement.While(condition.node(), statements.block(loop.body()), loop.span());
        } finally {
            state.leaveLoop();
        }
    }
}
