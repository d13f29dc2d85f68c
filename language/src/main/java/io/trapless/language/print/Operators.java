package io.trapless.language.print;

import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.syntax.BinaryOperatorSyntax;

/** Operators as they are written. */
final class Operators {
    private Operators() {}

    static String text(BinaryOperator operator) {
        return BinaryOperatorSyntax.valueOf(operator.name()).text();
    }
}
