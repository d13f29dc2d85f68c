package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.UnaryOperatorSyntax;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import org.jspecify.annotations.Nullable;

/** {@code ++} and {@code --}: an expression and an assignment in one. */
final class Increments {
    private final ActionState state;
    private final Maps maps;

    Increments(ActionState state, Maps maps) {
        this.state = state;
        this.maps = maps;
    }

    Term increment(Expression.Unary unary) {
        return unary.operand() instanceof Expression.MapAccess map
                ? map(unary, map)
                : variable(unary, (Expression.Variable) unary.operand());
    }

    private static boolean isDecrement(UnaryOperatorSyntax operator) {
        return operator == UnaryOperatorSyntax.PRE_DECREMENT || operator == UnaryOperatorSyntax.POST_DECREMENT;
    }

    private static long step(UnaryOperatorSyntax operator, Type type) {
        long size = type instanceof Type.Pointer p ? Math.max(1, p.target().sizeInBytes()) : 1;
        return isDecrement(operator) ? -size : size;
    }

    /** The type after the step: 64 bits, signed if it goes down. */
    private static Type grown(Type current, UnaryOperatorSyntax operator) {
        return new Type.Int(8, current.isSigned() || isDecrement(operator));
    }

    private Term variable(Expression.Unary unary, Expression.Variable variable) {
        Span span = unary.span();
        Variables.Entry info = state.variables.find(variable.name());
        if (info == null) {
            throw state.fail(variable.span(), "Undefined or undeclared variable: " + Statements.shown(variable.name()));
        }
        if (!info.assigned) {
            state.warn(variable.span(), "Variable used before it was assigned: " + Statements.shown(variable.name()));
        }
        info.assigned = true;
        Type type = info.knownType();
        if (!(type instanceof Type.Pointer)) {
            requireInteger(unary, type, "variable", Statements.shown(variable.name()));
            if (!info.sized) {
                Type next = TypePromotion.promote(type, grown(type, unary.operator()));
                state.setType(info, next == null ? type : next);
            }
        }
        return Term.of(new CheckedExpression.IncrementVariable(
                info.slot(), step(unary.operator(), info.knownType()), isPrefix(unary), span));
    }

    private void requireInteger(Expression.Unary unary, Type type, String what, String name) {
        if (!type.isInteger()) {
            throw state.fail(
                    unary.span(),
                    "Type mismatch for " + name + ": trying to assign value of type '"
                            + grown(type, unary.operator()).text() + "' when " + what + " already has a type '"
                            + type.text() + "'");
        }
    }

    private static boolean isPrefix(Expression.Unary unary) {
        return !unary.operator().isPostfix();
    }

    private Term map(Expression.Unary unary, Expression.MapAccess access) {
        MapState map = maps.use(access);
        @Nullable CheckedExpression key = maps.key(map, access);
        Type type = map.valueType;
        if (type == null) {
            // Where nothing else tells, a map that is only counted up holds a number: see the end of each round.
            throw Stop.unresolved();
        }
        if (!(type instanceof Type.Pointer)) {
            requireInteger(unary, type, "map", map.text());
            Type next = TypePromotion.promote(type, grown(type, unary.operator()));
            state.program.setValueType(map, next == null ? type : next);
        }
        return Term.of(new CheckedExpression.IncrementMap(
                state.program.descriptor(map), key, step(unary.operator(), type), isPrefix(unary), unary.span()));
    }
}
