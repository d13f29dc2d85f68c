package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Statement;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Assignments and declarations: here variables and maps get their types. */
final class Assignments {
    private final ActionState state;
    private final Expressions expressions;
    private final Aggregations aggregations;

    Assignments(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
        this.aggregations = new Aggregations(state, expressions);
    }

    CheckedStatement assign(Statement.Assign statement) {
        Span span = statement.span();
        Expression value = statement.operator() == null
                ? statement.value()
                : new Expression.Binary(statement.operator(), statement.target(), statement.value(), span);
        if (statement.target() instanceof Expression.Variable variable) {
            return variable(variable, value, statement.operator() != null, span);
        }
        Expression.MapAccess target = (Expression.MapAccess) statement.target();
        if (state.introspecting()) {
            throw state.fail(span, "Map assignments not allowed inside of " + state.introspector());
        }
        CheckedStatement aggregation = aggregations.assign(target, value, span);
        return aggregation != null ? aggregation : map(target, value, span);
    }

    private CheckedStatement variable(Expression.Variable variable, Expression value, boolean compound, Span span) {
        Variables.Entry known = state.variables.find(variable.name());
        if (known == null && compound) {
            throw state.fail(variable.span(), "Undefined or undeclared variable: " + Statements.shown(variable.name()));
        }
        Term term;
        try {
            term = expressions.check(value);
        } finally {
            // Also when its value can't be understood the variable is there from now on.
            if (known == null) {
                known = state.variables.declare(variable.name(), span, Variables.Origin.ASSIGNMENT);
            }
            known.assigned = true;
        }
        return assign(known, term, span);
    }

    private CheckedStatement assign(Variables.Entry variable, Term value, Span span) {
        Type type = value.type();
        boolean assignable = !(type instanceof Type.None)
                && !(type instanceof Type.Nothing)
                && !(type instanceof Type.Aggregate a && !a.kind().isNumber());
        if (!assignable) {
            throw state.fail(span, "Value '" + voidText(type) + "' cannot be assigned to a scratch variable.");
        }
        if (!variable.sized) {
            Type grown = TypePromotion.promote(variable.type, type);
            if (grown == null) {
                throw mismatch(
                        "Type mismatch for " + Statements.shown(variable.name), type, "variable", variable.type, span);
            }
            state.setType(variable, grown);
        }
        Type target = variable.knownType();
        CheckedExpression converted = expressions.conversions().convert(value.node(), target);
        if (converted == null) {
            throw mismatch("Type mismatch for " + Statements.shown(variable.name), type, "variable", target, span);
        }
        return new CheckedStatement.AssignVariable(variable.slot(), converted, span);
    }

    /** bpftrace calls the absence of a value void here. */
    private static String voidText(Type type) {
        return type instanceof Type.None ? "void" : type.text();
    }

    private Stop mismatch(String start, Type type, String what, @Nullable Type known, Span span) {
        return state.fail(
                span,
                start + ": trying to assign value of type '" + type.text() + "' when " + what + " already has a type '"
                        + (known == null ? "" : known.text()) + "'");
    }

    CheckedStatement let(Statement.Let statement) {
        Expression.Variable variable = statement.variable();
        Span span = statement.span();
        Expression value = statement.value();
        // The value is looked at before the variable is there.
        Term term = null;
        Stop stop = null;
        int depth = state.depth();
        try {
            term = value == null ? null : expressions.check(value);
        } catch (Stop s) {
            state.restoreDepth(depth);
            stop = s;
        }
        Variables.Entry shadowed = state.variables.find(variable.name());
        if (shadowed != null) {
            throw state.fail(state.error(
                            span,
                            "Variable " + Statements.shown(variable.name())
                                    + " was already declared. Variable shadowing is not allowed.")
                    .note(shadowed.how.sentence, state.place(shadowed.origin)));
        }
        Variables.Entry info = state.variables.declare(variable.name(), span, Variables.Origin.DECLARATION);
        Expression.TypeOperand type = statement.type();
        if (type != null) {
            declared(info, type);
        }
        if (stop != null) {
            info.assigned = true;
            throw stop;
        }
        if (term == null) {
            return info.type == null
                    ? new CheckedStatement.Block(List.of(), span)
                    : new CheckedStatement.AssignVariable(info.slot(), null, span);
        }
        info.assigned = true;
        return assign(info, term, span);
    }

    private void declared(Variables.Entry info, Expression.TypeOperand operand) {
        Type type = expressions.introspect(operand);
        if (type instanceof Type.Aggregate || type instanceof Type.Nothing || type instanceof Type.None) {
            throw state.fail(operand.span(), "Invalid variable declaration type: " + type.text());
        }
        boolean unsized = (type instanceof Type.Str s && s.sizeBytes() == 0)
                || (type instanceof Type.Buf b && b.maxBytes() == 0)
                || (type instanceof Type.Array a && a.length() == 0);
        if (unsized) {
            // Its size comes from what is assigned; only its form is fixed.
            Type grown = TypePromotion.promote(type, info.type == null ? type : info.type);
            state.setType(info, grown == null ? type : grown);
            return;
        }
        info.sized = true;
        state.setType(info, type);
    }

    private CheckedStatement map(Expression.MapAccess target, Expression value, Span span) {
        MapState map = expressions.maps().use(target);
        CheckedExpression key = expressions.maps().key(map, target);
        Term term = expressions.check(value);
        Type type = term.type();
        requireAssignable(map, term, span);
        if (map.valueType instanceof Type.Aggregate) {
            throw mismatch("Type mismatch for " + map.text(), type, "map", map.valueType, span);
        }
        Type grown = TypePromotion.promote(map.valueType, type);
        if (grown == null) {
            throw mismatch("Type mismatch for " + map.text(), type, "map", map.valueType, span);
        }
        state.program.setValueType(map, grown);
        CheckedExpression converted = expressions.conversions().convert(term.node(), grown);
        if (converted == null) {
            throw state.fail(
                    span,
                    "Type mismatch for " + map.text() + ": trying to assign value of type '" + type.text()
                            + "' when map already has a value type '" + grown.text() + "'");
        }
        return new CheckedStatement.AssignMap(state.program.descriptor(map), key, converted, span);
    }

    private void requireAssignable(MapState map, Term value, Span span) {
        Type type = value.type();
        if (type instanceof Type.None || type instanceof Type.Nothing) {
            throw state.fail(span, "Value '" + voidText(type) + "' cannot be assigned to a map.");
        }
        if (!(type instanceof Type.Aggregate a)) {
            return;
        }
        boolean number = map.valueType != null && map.valueType.isInteger();
        if (a.kind().isNumber() && number) {
            return;
        }
        String example = aggregations.example(a.kind());
        var finding = state.error(
                span,
                "Map value '" + type.text()
                        + "' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `"
                        + map.text() + " = " + example + ";`.");
        if (a.kind().isNumber() && value.node() instanceof CheckedExpression.MapValue source) {
            finding = finding.hint("Add a cast to integer if you want the value of the aggregate, e.g. `" + map.text()
                    + " = (int64)" + source.map().text() + ";`.");
        }
        throw state.fail(finding);
    }
}
