package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.Function;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import io.trapless.language.types.Types;
import java.util.List;

/** Functions on maps as a whole and on their entries. */
final class MapCalls {
    private final ActionState state;
    private final Expressions expressions;

    MapCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    private Expression.MapAccess map(Expression.Call call, Expression argument) {
        if (argument instanceof Expression.MapAccess access && access.keys().isEmpty()) {
            return access;
        }
        throw state.fail(argument.span(), call.function() + "() expects a map argument");
    }

    Term reset(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 1);
        Expression.MapAccess access =
                map(call, Arguments.expressions(state, call).getFirst());
        MapState map = expressions.maps().named(access);
        return Term.of(new CheckedExpression.Reset(
                state.program.anyDescriptor(map), call.function().equals("clear"), call.span()));
    }

    private MapState keyed(Expression.Call call, Expression argument, String shown) {
        return expressions
                .maps()
                .requireKeys(
                        map(call, argument), "call to " + shown + " expects a map with explicit keys (non-scalar map)");
    }

    Term hasKey(Expression.Call call) {
        Arguments.requireCount(state, call, 2, 2);
        List<Expression> arguments = Arguments.expressions(state, call);
        MapState map = keyed(call, arguments.getFirst(), "has_key()");
        CheckedExpression key = key(map, arguments.get(1), call.span());
        return Term.of(new CheckedExpression.HasKey(state.program.descriptor(map), key, Types.BOOL, call.span()));
    }

    private CheckedExpression key(MapState map, Expression argument, Span span) {
        Term key = expressions.check(argument);
        expressions.requireValue(key, argument.span());
        return expressions.maps().key(map, Term.of(Conversions.plain(key.node())), span);
    }

    Term delete(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 2);
        List<Expression> arguments = Arguments.expressions(state, call);
        Span span = call.span();
        if (arguments.size() == 2) {
            MapState map = keyed(call, arguments.getFirst(), "delete() with two arguments");
            CheckedExpression key = key(map, arguments.get(1), span);
            return Term.of(new CheckedExpression.Delete(state.program.descriptor(map), key, false, Types.BOOL, span));
        }
        if (!(arguments.getFirst() instanceof Expression.MapAccess access)) {
            throw state.fail(arguments.getFirst().span(), "delete() expects a map argument");
        }
        if (!access.keys().isEmpty()) {
            MapState map = expressions.maps().use(access);
            CheckedExpression key = expressions.maps().key(map, access);
            return Term.of(new CheckedExpression.Delete(state.program.descriptor(map), key, false, Types.BOOL, span));
        }
        MapState map = expressions.maps().named(access);
        if (map.scalar == null) {
            throw Stop.unresolved();
        }
        if (Boolean.FALSE.equals(map.scalar)) {
            throw state.fail(
                    span, "call to delete() with a single argument expects a map without explicit keys (scalar map)");
        }
        return Term.of(new CheckedExpression.Delete(state.program.descriptor(map), null, false, Types.BOOL, span));
    }

    Term find(Expression.Call call) {
        Arguments.requireCount(state, call, 3, 3);
        List<Expression> arguments = Arguments.expressions(state, call);
        Span span = call.span();
        MapState map = keyed(call, arguments.getFirst(), "find");
        CheckedExpression key = key(map, arguments.get(1), span);
        if (!(arguments.get(2) instanceof Expression.Variable variable)) {
            throw state.fail(
                    arguments.get(2).span(),
                    "Mismatched arg. find() expects a variable for arg $var but got an expression.");
        }
        Variables.Entry info = state.variables.find(variable.name());
        if (info == null) {
            throw state.fail(variable.span(), "Undefined or undeclared variable: " + Statements.shown(variable.name()));
        }
        info.assigned = true;
        Type value = state.program.descriptor(map).valueType();
        if (value instanceof Type.Aggregate) {
            throw state.fail(span, "find() can't give a value of type '" + value.text() + "'");
        }
        Type grown = info.sized ? info.knownType() : TypePromotion.promote(info.type, value);
        boolean fits = grown != null
                && expressions
                                .conversions()
                                .convert(
                                        new CheckedExpression.MapValue(state.program.descriptor(map), key, span), grown)
                        != null;
        if (!fits || grown == null) {
            throw state.fail(
                    span,
                    "Type mismatch for " + Statements.shown(variable.name())
                            + ": trying to assign value of type '" + value.text()
                            + "' when variable already has a type '"
                            + (info.type == null ? "" : info.type.text()) + "'");
        }
        state.setType(info, grown);
        return Term.of(new CheckedExpression.Find(state.program.descriptor(map), key, info.slot(), Types.BOOL, span));
    }

    Term length(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 1);
        Expression argument = Arguments.expressions(state, call).getFirst();
        Span span = call.span();
        if (argument instanceof Expression.MapAccess access && access.keys().isEmpty()) {
            MapState map = expressions
                    .maps()
                    .requireKeys(access, "call to len() expects a map with explicit keys (non-scalar map)");
            return Term.of(new CheckedExpression.Length(state.program.anyDescriptor(map), Types.INT64, span));
        }
        if (argument instanceof Expression.MapAccess) {
            throw state.fail(argument.span(), "len() expects a map argument");
        }
        Term value = expressions.check(argument);
        if (!(value.type() instanceof Type.Stack)) {
            throw state.fail(span, "call to len() expects a map, ustack, or kstack");
        }
        return Term.of(new CheckedExpression.Call(Function.STACK_LENGTH, List.of(value.node()), Types.INT64, span));
    }

    Term isScalar(Expression.Call call) {
        if (call.arguments().size() != 1) {
            throw state.fail(
                    call.span(),
                    "is_scalar() requires 1 argument (" + call.arguments().size() + " provided)");
        }
        Expression argument = Arguments.expressions(state, call).getFirst();
        if (!(argument instanceof Expression.MapAccess access) || !access.keys().isEmpty()) {
            throw state.fail(call.span(), "is_scalar() expects a map for the first argument");
        }
        MapState map = expressions.maps().named(access);
        if (map.scalar == null) {
            throw Stop.unresolved();
        }
        return Literals.truth(map.scalar, call.span());
    }
}
