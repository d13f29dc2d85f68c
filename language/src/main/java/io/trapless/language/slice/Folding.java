package io.trapless.language.slice;

/** Makes values, computing at once what is constant. */
final class Folding {
    private Folding() {}

    static Value constant(long value, int sizeBytes, boolean signed) {
        return new Value.Constant(Arithmetic.extend(value, sizeBytes, signed), sizeBytes, signed);
    }

    static Value unary(UnaryOperator operator, Value operand) {
        Value.Unary value = new Value.Unary(operator, operand);
        return operand instanceof Value.Constant c
                ? constant(Arithmetic.unary(operator, c.value()), value.sizeBytes(), value.signed())
                : value;
    }

    static Value binary(BinaryOperator operator, Value left, Value right, boolean signed) {
        Value.Binary value = new Value.Binary(operator, left, right, signed);
        if (left instanceof Value.Constant l) {
            boolean decided = (operator == BinaryOperator.LOGICAL_AND && l.value() == 0)
                    || (operator == BinaryOperator.LOGICAL_OR && l.value() != 0);
            if (decided) {
                return constant(Arithmetic.truth(l.value() != 0), 1, false);
            }
            if (right instanceof Value.Constant r) {
                return constant(
                        Arithmetic.binary(operator, l.value(), r.value(), signed), value.sizeBytes(), value.signed());
            }
        }
        return value;
    }

    static Value cast(Value operand, int sizeBytes, boolean signed) {
        if (operand.sizeBytes() == sizeBytes && operand.signed() == signed) {
            return operand;
        }
        return operand instanceof Value.Constant c
                ? constant(c.value(), sizeBytes, signed)
                : new Value.Cast(operand, sizeBytes, signed);
    }

    static Value conditional(Value condition, Value whenTrue, Value whenFalse) {
        if (condition instanceof Value.Constant c) {
            return c.value() != 0 ? whenTrue : whenFalse;
        }
        return new Value.Conditional(condition, whenTrue, whenFalse);
    }

    /** Levels of the tree. */
    static int depth(Value value) {
        return switch (value) {
            case Value.Argument _,
                    Value.Register _,
                    Value.Constant _,
                    Value.Symbol _,
                    Value.Context _,
                    Value.UserStack _,
                    Value.StackImage _ -> 1;
            case Value.Load l -> 1 + depth(l.address());
            case Value.Unary u -> 1 + depth(u.operand());
            case Value.Binary b -> 1 + Math.max(depth(b.left()), depth(b.right()));
            case Value.Conditional c ->
                1 + Math.max(depth(c.condition()), Math.max(depth(c.whenTrue()), depth(c.whenFalse())));
            case Value.Cast c -> 1 + depth(c.operand());
            case Value.StringEquals s -> 1 + depth(s.string());
            case Value.StringAt s -> 1 + depth(s.address());
            case Value.BytesAt b -> 1 + Math.max(depth(b.address()), depth(b.length()));
            case Value.Mirrored m ->
                1 + m.keys().stream().mapToInt(Folding::depth).max().orElse(0);
        };
    }
}
