package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Uses of maps: whether they have keys, of what type, and what lies under them. */
final class Maps {
    private final ActionState state;
    private final Expressions expressions;
    private final Conversions conversions;

    Maps(ActionState state, Expressions expressions, Conversions conversions) {
        this.state = state;
        this.expressions = expressions;
        this.conversions = conversions;
    }

    /** The map that is named; says nothing of its keys. */
    MapState named(Expression.MapAccess access) {
        return state.program.map(access.name(), access.span());
    }

    /** The map of an access to one entry; the first access of all tells whether the map has keys. */
    MapState use(Expression.MapAccess access) {
        MapState map = named(access);
        boolean scalar = access.keys().isEmpty();
        if (map.scalar == null) {
            map.scalar = scalar;
            state.program.change();
        }
        if (Boolean.TRUE.equals(map.scalar) && !scalar) {
            throw state.fail(
                    access.span(),
                    map.text()
                            + " used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)");
        }
        if (Boolean.FALSE.equals(map.scalar) && scalar) {
            throw state.fail(
                    access.span(),
                    map.text()
                            + " used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)");
        }
        return map;
    }

    /** The key of an access, as one value of the map's key type; null for a scalar map. */
    @Nullable CheckedExpression key(MapState map, Expression.MapAccess access) {
        if (access.keys().isEmpty()) {
            return null;
        }
        List<Term> keys = new ArrayList<>();
        for (Expression key : access.keys()) {
            keys.add(keyPart(key));
        }
        return key(map, join(keys, access), access.span());
    }

    private Term keyPart(Expression expression) {
        Term term = expressions.check(expression);
        Type type = term.type();
        if (type instanceof Type.Aggregate a) {
            if (!a.kind().isNumber()) {
                throw state.fail(expression.span(), "Value '" + type.text() + "' cannot be used as a map key.");
            }
            return Term.of(Conversions.plain(term.node()));
        }
        if (type instanceof Type.None || type instanceof Type.Nothing) {
            throw state.fail(expression.span(), "Invalid map key type: " + type.text());
        }
        return term;
    }

    private static Term join(List<Term> keys, Expression.MapAccess access) {
        if (keys.size() == 1) {
            return keys.getFirst();
        }
        Span span = access.keys().getFirst().span().to(access.keys().getLast().span());
        return Term.of(new CheckedExpression.TupleOf(
                keys.stream().map(Term::node).toList(),
                new Type.Tuple(keys.stream().map(Term::type).toList()),
                span));
    }

    /** A value as a key of the map; what the map's keys are grows with it. */
    CheckedExpression key(MapState map, Term key, Span span) {
        Type grown = TypePromotion.promote(map.keyType, key.type());
        if (grown == null) {
            Type known = map.keyType;
            throw state.fail(
                    span,
                    "Argument mismatch for " + map.text() + ": trying to access with arguments: '"
                            + key.type().text() + "' when map expects arguments: '"
                            + (known == null ? "" : known.text()) + "'");
        }
        state.program.setKeyType(map, grown);
        CheckedExpression converted = conversions.convert(key.node(), grown);
        if (converted == null) {
            throw state.fail(
                    span,
                    "Type mismatch for " + map.text() + ": trying to assign key of type '"
                            + key.type().text() + "' when map already has a key type '" + grown.text() + "'");
        }
        return converted;
    }

    /** The value of an entry. */
    Term read(Expression.MapAccess access) {
        MapState map = use(access);
        CheckedExpression key = key(map, access);
        return Term.of(new CheckedExpression.MapValue(state.program.descriptor(map), key, access.span()));
    }

    /** What {@code typeof(@map)} is: the key's type, or that of a scalar map's value. */
    Type typeOfBare(Expression.MapAccess access) {
        MapState map = named(access);
        Type type = Boolean.TRUE.equals(map.scalar) ? map.valueType : map.keyType;
        if (type == null) {
            throw Stop.unresolved();
        }
        return type;
    }

    /** Takes note that the map has keys, for uses that need them. */
    MapState requireKeys(Expression.MapAccess access, String message) {
        MapState map = named(access);
        if (map.scalar == null) {
            map.scalar = false;
            state.program.change();
        }
        if (Boolean.TRUE.equals(map.scalar)) {
            throw state.fail(access.span(), message);
        }
        return map;
    }
}
