package io.trapless.binary.sdt;

/**
 * One argument of a USDT site.
 *
 * @param sizeBytes 1, 2, 4 or 8
 * @param text as the note has it
 */
public record UsdtArgument(int sizeBytes, Type type, UsdtOperand operand, String text) {

    /** How its bits are meant. */
    public enum Type {
        SIGNED,
        UNSIGNED,
        FLOAT
    }
}
