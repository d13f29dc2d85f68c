package io.trapless.language.slice;

/** What the operators compute: the definition that machine code is checked against. */
final class Arithmetic {
    private Arithmetic() {}

    /** The low {@code sizeBytes} bytes of {@code value}, extended to 64 bits. */
    static long extend(long value, int sizeBytes, boolean signed) {
        int shift = 64 - 8 * sizeBytes;
        return signed ? value << shift >> shift : value << shift >>> shift;
    }

    static long unary(UnaryOperator operator, long operand) {
        return switch (operator) {
            case NEGATE -> -operand;
            case COMPLEMENT -> ~operand;
            case NOT -> operand == 0 ? 1 : 0;
        };
    }

    /** Both operands evaluated: the two logical operators too. */
    static long binary(BinaryOperator operator, long left, long right, boolean signed) {
        return switch (operator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> right == 0 ? 1 : signed ? left / right : Long.divideUnsigned(left, right);
            case MODULO -> right == 0 ? 1 : signed ? left % right : Long.remainderUnsigned(left, right);
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> signed ? left >> right : left >>> right;
            case AND -> left & right;
            case OR -> left | right;
            case XOR -> left ^ right;
            case EQUAL -> truth(left == right);
            case NOT_EQUAL -> truth(left != right);
            case LESS -> truth(compare(left, right, signed) < 0);
            case LESS_OR_EQUAL -> truth(compare(left, right, signed) <= 0);
            case GREATER -> truth(compare(left, right, signed) > 0);
            case GREATER_OR_EQUAL -> truth(compare(left, right, signed) >= 0);
            case LOGICAL_AND -> truth(left != 0 && right != 0);
            case LOGICAL_OR -> truth(left != 0 || right != 0);
        };
    }

    static long truth(boolean value) {
        return value ? 1 : 0;
    }

    private static int compare(long left, long right, boolean signed) {
        return signed ? Long.compare(left, right) : Long.compareUnsigned(left, right);
    }
}
