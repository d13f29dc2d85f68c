package io.trapless.language.syntax;

/** The operators of one operand. */
public enum UnaryOperatorSyntax {
    NOT("!"),
    COMPLEMENT("~"),
    MINUS("-"),
    DEREFERENCE("*"),
    ADDRESS_OF("&"),
    PRE_INCREMENT("++"),
    PRE_DECREMENT("--"),
    POST_INCREMENT("++"),
    POST_DECREMENT("--");

    private final String text;

    UnaryOperatorSyntax(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Whether it stands after its operand. */
    public boolean isPostfix() {
        return this == POST_INCREMENT || this == POST_DECREMENT;
    }

    /** Whether it changes its operand. */
    public boolean isIncrement() {
        return text.length() == 2;
    }
}
