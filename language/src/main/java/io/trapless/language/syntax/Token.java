package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Span;
import org.jspecify.annotations.Nullable;

/**
 * One token.
 *
 * @param text identifiers, numbers and operators: as written; strings: the contents with escapes resolved, as {@link StringText} has them; {@code $name} and {@code @name}: with their sign
 * @param number the value of a number or character; an unsigned one if {@code text} is above {@code Long.MAX_VALUE}
 * @param problem what is wrong with it, reported when the parser takes it
 */
record Token(
        Kind kind,
        String text,
        long number,
        Span span,
        @Nullable Diagnostic problem) {
    enum Kind {
        IDENTIFIER,
        NUMBER,
        STRING,
        /** {@code $name}, {@code $1} or {@code $#}. */
        VARIABLE,
        /** {@code @name} or {@code @}. */
        MAP,
        OPERATOR,
        END
    }

    boolean is(String operatorOrWord) {
        return (kind == Kind.OPERATOR || kind == Kind.IDENTIFIER) && text.equals(operatorOrWord);
    }

    /** How an error message names it. */
    String description() {
        return switch (kind) {
            case END -> "the end";
            case STRING -> "a string";
            default -> "'" + text + "'";
        };
    }
}
