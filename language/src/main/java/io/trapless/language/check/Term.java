package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;

/**
 * A checked expression and whether it is a literal: a number, string or truth value that was written, folded out of such, or a tuple or record of literals. Some places take literals only, and casts make no literals.
 */
record Term(CheckedExpression node, boolean literal) {
    /** An expression that is no literal. */
    static Term of(CheckedExpression node) {
        return new Term(node, false);
    }

    static Term literal(CheckedExpression node) {
        return new Term(node, true);
    }

    Type type() {
        return node.type();
    }

    Span span() {
        return node.span();
    }

    /** Whether it is an integer that was written. */
    boolean isIntegerLiteral() {
        return literal && node instanceof CheckedExpression.NumberConstant n && n.type() instanceof Type.Int;
    }

    /** Whether it is an integer that was written and is not negative. */
    boolean isNaturalLiteral() {
        return isIntegerLiteral()
                && node instanceof CheckedExpression.NumberConstant n
                && (n.value() >= 0 || !n.type().isSigned());
    }

    boolean isTextLiteral() {
        return literal && node instanceof CheckedExpression.TextConstant;
    }

    /** The value of a number constant. */
    long number() {
        return ((CheckedExpression.NumberConstant) node).value();
    }

    /** The contents of a string literal. */
    String text() {
        return ((CheckedExpression.TextConstant) node).text();
    }
}
