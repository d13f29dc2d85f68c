package io.trapless.language.syntax;

import org.jspecify.annotations.Nullable;

/** The operators of two operands with bpftrace's precedence (its parser's table), all left-associative. */
public enum BinaryOperatorSyntax {
    LOGICAL_OR("||", 1),
    LOGICAL_AND("&&", 2),
    OR("|", 3),
    XOR("^", 4),
    AND("&", 5),
    EQUAL("==", 6),
    NOT_EQUAL("!=", 6),
    LESS("<", 7),
    LESS_OR_EQUAL("<=", 7),
    GREATER(">", 7),
    GREATER_OR_EQUAL(">=", 7),
    SHIFT_LEFT("<<", 8),
    SHIFT_RIGHT(">>", 8),
    ADD("+", 9),
    SUBTRACT("-", 9),
    MULTIPLY("*", 10),
    DIVIDE("/", 10),
    MODULO("%", 10);

    /** Binds weaker than any operator. */
    static final int LOWEST = 0;

    private final String text;
    private final int precedence;

    BinaryOperatorSyntax(String text, int precedence) {
        this.text = text;
        this.precedence = precedence;
    }

    public String text() {
        return text;
    }

    /** 1 (weakest) to 10. */
    public int precedence() {
        return precedence;
    }

    /** The operator that {@code token} is, or null. */
    static @Nullable BinaryOperatorSyntax of(Token token) {
        return token.kind() == Token.Kind.OPERATOR ? of(token.text()) : null;
    }

    /** The operator before the {@code =} of a compound assignment, or null. */
    static @Nullable BinaryOperatorSyntax ofAssignment(Token token) {
        boolean compound = token.kind() == Token.Kind.OPERATOR && token.text().endsWith("=");
        BinaryOperatorSyntax operator =
                compound ? of(token.text().substring(0, token.text().length() - 1)) : null;
        return operator != null
                        && (operator.precedence == 3
                                || operator.precedence == 4
                                || operator.precedence == 5
                                || operator.precedence >= 8)
                ? operator
                : null;
    }

    private static @Nullable BinaryOperatorSyntax of(String text) {
        for (BinaryOperatorSyntax operator : values()) {
            if (operator.text.equals(text)) {
                return operator;
            }
        }
        return null;
    }
}
