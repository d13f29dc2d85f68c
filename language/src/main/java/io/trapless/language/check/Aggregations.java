package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code @map = count()} and its like: what looks like an assignment feeds an accumulator. */
final class Aggregations {
    private final ActionState state;
    private final Expressions expressions;

    Aggregations(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    /** The kind of accumulator that a function feeds, or null. */
    static @Nullable AggregateKind kind(String function) {
        for (AggregateKind kind : AggregateKind.values()) {
            if (kind.function().equals(function)) {
                return kind;
            }
        }
        return null;
    }

    /** A call that feeds an accumulator of that kind, for messages. */
    String example(AggregateKind kind) {
        return switch (kind) {
            case COUNT -> "count()";
            case LHIST -> "lhist(rand %10, 0, 10, 1)";
            case TSERIES -> "tseries(rand %10, 10s, 1)";
            case STATS -> "stats(arg2)";
            case SUM, MIN, MAX, AVG, HIST -> kind.function() + "(retval)";
        };
    }

    /** The statement if the value is such a call, perhaps at the end of a block; else null. */
    @Nullable CheckedStatement assign(Expression.MapAccess target, Expression value, Span span) {
        if (value instanceof Expression.Block block) {
            Expression last = block.value();
            return last == null || lastCall(last) == null ? null : inBlock(target, block, last, span);
        }
        Expression.Call call = lastCall(value);
        return call == null ? null : feed(target, call, span);
    }

    private static Expression.@Nullable Call lastCall(Expression expression) {
        return switch (expression) {
            case Expression.Call call when kind(call.function()) != null -> call;
            case Expression.Block block -> {
                Expression last = block.value();
                yield last == null ? null : lastCall(last);
            }
            default -> null;
        };
    }

    /** The block's statements run before the accumulator is fed, in the block's scope. */
    private @Nullable CheckedStatement inBlock(
            Expression.MapAccess target, Expression.Block block, Expression last, Span span) {
        Span call = state.program.callOf(block);
        if (call != null) {
            state.enterCall(call);
        }
        state.variables.enter(block);
        try {
            List<CheckedStatement> statements =
                    new ArrayList<>(expressions.statements().plain(block.statements()));
            CheckedStatement feed = assign(target, last, span);
            if (feed != null) {
                statements.add(feed);
            }
            return new CheckedStatement.Block(statements, call, span);
        } finally {
            state.variables.leave();
            if (call != null) {
                state.leaveCall();
            }
        }
    }

    private CheckedStatement feed(Expression.MapAccess target, Expression.Call call, Span span) {
        MapState map = expressions.maps().use(target);
        AggregateKind kind = AggregateKind.valueOf(call.function().toUpperCase(Locale.ROOT));
        List<Expression> arguments = Arguments.expressions(state, call);
        Arguments.requireCount(state, call, min(kind), max(kind));
        CheckedExpression key = expressions.maps().key(map, target);
        if (kind == AggregateKind.TSERIES) {
            Features.requireTimeSeries(state, call.span());
        }
        List<Term> terms = new ArrayList<>();
        arguments.forEach(a -> terms.add(expressions.check(a)));
        MapDescriptor.Parameters parameters = new AggregationParameters(state, call).read(kind, terms);
        CheckedExpression value = kind == AggregateKind.COUNT ? null : value(kind, map, terms.getFirst(), call);
        Type type = new Type.Aggregate(kind, value == null || value.type().isSigned());
        setType(map, kind == AggregateKind.COUNT ? new Type.Aggregate(kind, false) : type, call);
        setParameters(map, parameters, call);
        return new CheckedStatement.Accumulate(state.program.descriptor(map), key, kind, value, span);
    }

    private static int min(AggregateKind kind) {
        return switch (kind) {
            case COUNT -> 0;
            case SUM, AVG, MIN, MAX, STATS, HIST -> 1;
            case LHIST -> 4;
            case TSERIES -> 3;
        };
    }

    private static int max(AggregateKind kind) {
        return switch (kind) {
            case HIST -> 2;
            case TSERIES -> 4;
            default -> min(kind);
        };
    }

    private CheckedExpression value(AggregateKind kind, MapState map, Term value, Expression.Call call) {
        CheckedExpression plain = Conversions.plain(value.node());
        boolean strict = switch (kind) {
            case SUM, AVG, MIN, MAX, STATS -> true;
            default -> false;
        };
        if (!value.type().isInteger()) {
            throw state.fail(
                    call.span(),
                    call.function() + "() only supports int"
                            + (strict
                                    ? "eger arguments (" + value.type().text()
                                    : " arguments (" + value.type().family())
                            + " provided)");
        }
        if (strict) {
            Type grown = TypePromotion.promote(map.argumentType, plain.type());
            if (grown == null) {
                throw state.fail(
                        call.span(),
                        "Type mismatch for " + call.function() + ": trying to call function with type '"
                                + plain.type().text() + "' when it already has a type '"
                                + (map.argumentType == null ? "" : map.argumentType.text()) + "'");
            }
            map.argumentType = grown;
        }
        return plain;
    }

    private void setType(MapState map, Type type, Expression.Call call) {
        Type known = map.valueType;
        Type grown = known == null || known.getClass() != type.getClass() ? type : TypePromotion.promote(known, type);
        if (known != null && (!(known instanceof Type.Aggregate) || grown == null)) {
            throw state.fail(
                    call.span(),
                    "Type mismatch for " + map.text() + ": trying to assign value of type '" + type.text()
                            + "' when map already has a type '" + known.text() + "'");
        }
        state.program.setValueType(map, grown == null ? type : grown);
    }

    private void setParameters(MapState map, MapDescriptor.Parameters parameters, Expression.Call call) {
        if (map.parameters == null) {
            map.parameters = parameters;
            state.program.change();
        } else if (!map.parameters.equals(parameters)) {
            String what = parameters instanceof MapDescriptor.Parameters.Hist
                    ? "bits in a single hist"
                    : call.function() + " bounds in a single map";
            throw state.fail(call.span(), "Different " + what + " unsupported");
        }
    }
}
