package io.trapless.language.c;

/**
 * A token of C.
 *
 * @param definition which of the program's C definitions it comes from: the place for errors
 * @param spaced whether white space stands before it
 */
record CToken(Kind kind, String text, int definition, boolean spaced) {
    enum Kind {
        IDENTIFIER,
        NUMBER,
        CHARACTER,
        STRING,
        PUNCTUATOR,
        END
    }

    boolean is(String other) {
        return (kind == Kind.PUNCTUATOR || kind == Kind.IDENTIFIER) && text.equals(other);
    }

    boolean isIdentifier() {
        return kind == Kind.IDENTIFIER;
    }
}
