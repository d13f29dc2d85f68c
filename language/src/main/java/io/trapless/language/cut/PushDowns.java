package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.PushDown;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds actions that do nothing but feed one aggregate with scalars of the target. */
final class PushDowns {
    private PushDowns() {}

    static @Nullable PushDown of(CheckedStatement.Block body, TargetValues values) {
        List<CheckedStatement.Accumulate> found = new ArrayList<>();
        for (CheckedStatement statement : flat(body)) {
            switch (statement) {
                case CheckedStatement.Accumulate a -> found.add(a);
                // A variable that is seen through has no other use.
                case CheckedStatement.AssignVariable a when a.value() == null || values.scalar(a.value()) != null -> {}
                default -> {
                    return null;
                }
            }
        }
        return found.size() == 1 ? of(found.getFirst(), values) : null;
    }

    private static List<CheckedStatement> flat(CheckedStatement.Block block) {
        List<CheckedStatement> all = new ArrayList<>();
        for (CheckedStatement statement : block.statements()) {
            if (statement instanceof CheckedStatement.Block inner) {
                all.addAll(flat(inner));
            } else {
                all.add(statement);
            }
        }
        return all;
    }

    private static @Nullable PushDown of(CheckedStatement.Accumulate statement, TargetValues values) {
        if (statement.kind() == AggregateKind.TSERIES) {
            // Its buckets are times, which only the consumer maps to its clock.
            return null;
        }
        List<Value> keys = new ArrayList<>();
        List<Type> keyTypes = new ArrayList<>();
        for (CheckedExpression part : KeyParts.of(statement.key())) {
            Value key = part.type().isNumber() ? values.scalar(part) : null;
            if (key == null || !isQuiet(key)) {
                return null;
            }
            keys.add(key);
            keyTypes.add(part.type());
        }
        CheckedExpression fed = statement.value();
        Value value = fed == null ? null : values.scalar(fed);
        if (fed != null && (value == null || !isQuiet(value))) {
            return null;
        }
        return new PushDown(
                statement.map(),
                statement.kind(),
                keys,
                keyTypes,
                value,
                fed != null && fed.type().isSigned());
    }

    /** Whether nothing about the value has to be told: no read that may fail, no division that may be by zero. */
    private static boolean isQuiet(Value value) {
        return !value.mayFault() && isDividedByConstants(value);
    }

    private static boolean isDividedByConstants(Value value) {
        return switch (value) {
            case Value.Binary b -> {
                boolean divides = b.operator() == BinaryOperator.DIVIDE || b.operator() == BinaryOperator.MODULO;
                boolean constant = b.right() instanceof Value.Constant(long divisor, int _, boolean _) && divisor != 0;
                yield (!divides || constant) && isDividedByConstants(b.left()) && isDividedByConstants(b.right());
            }
            case Value.Unary u -> isDividedByConstants(u.operand());
            case Value.Cast c -> isDividedByConstants(c.operand());
            case Value.Conditional c ->
                isDividedByConstants(c.condition())
                        && isDividedByConstants(c.whenTrue())
                        && isDividedByConstants(c.whenFalse());
            default -> true;
        };
    }
}
