package io.trapless.language.c;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of constant expressions (C17, 6.6) in 64 bits: of {@code #if}, enumerators, array bounds and bit fields. Unknown names count as 0 in {@code #if} and make an expression unreadable elsewhere. */
final class CConstant {
    private static final int MAX_DEPTH = 200;

    private static final List<List<String>> LEVELS = List.of(
            List.of("||"),
            List.of("&&"),
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("==", "!="),
            List.of("<", ">", "<=", ">="),
            List.of("<<", ">>"),
            List.of("+", "-"),
            List.of("*", "/", "%"));

    /** The expression can't be read. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message, null, false, false);
        }
    }

    /** What an expression may ask of the declarations around it. */
    interface Names {
        /** The value of an enumerator, or null. */
        @Nullable Long value(String name);

        /** Bytes of the type that these tokens name, or null. */
        @Nullable Long sizeOf(List<CToken> type);
    }

    private final List<CToken> tokens;
    private final Names names;
    private final boolean unknownIsZero;
    private int at;
    private int depth;

    private CConstant(List<CToken> tokens, Names names, boolean unknownIsZero) {
        this.tokens = tokens;
        this.names = names;
        this.unknownIsZero = unknownIsZero;
    }

    static long evaluate(List<CToken> tokens, Names names) throws Unreadable {
        return new CConstant(tokens, names, false).whole();
    }

    /** The value of a condition whose macros, {@code defined} among them, have been replaced. */
    static long condition(List<CToken> tokens) throws Unreadable {
        Names none = new Names() {
            @Override
            public @Nullable Long value(String name) {
                return null;
            }

            @Override
            public @Nullable Long sizeOf(List<CToken> type) {
                return null;
            }
        };
        return new CConstant(tokens, none, true).whole();
    }

    /** The number that a literal of C means, or null. */
    static @Nullable Long number(String text) {
        String digits = text.replaceAll("(?i)[ul]+$", "").replace("'", "");
        try {
            if (digits.matches("(?i)0x[0-9a-f]+")) {
                return Long.parseUnsignedLong(digits.substring(2), 16);
            }
            if (digits.matches("(?i)0b[01]+")) {
                return Long.parseUnsignedLong(digits.substring(2), 2);
            }
            if (digits.matches("0[0-7]+")) {
                return Long.parseUnsignedLong(digits, 8);
            }
            return digits.matches("[0-9]+") ? Long.parseUnsignedLong(digits) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private long whole() throws Unreadable {
        long value = ternary();
        if (at < tokens.size()) {
            throw new Unreadable("unexpected " + tokens.get(at).text());
        }
        return value;
    }

    private boolean take(String text) {
        if (at < tokens.size() && tokens.get(at).is(text)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String text) throws Unreadable {
        if (!take(text)) {
            throw new Unreadable("expected " + text);
        }
    }

    private void enter() throws Unreadable {
        if (++depth > MAX_DEPTH) {
            throw new Unreadable("nested too deeply");
        }
    }

    private long ternary() throws Unreadable {
        enter();
        long condition = binary(0);
        if (take("?")) {
            long whenTrue = ternary();
            expect(":");
            long whenFalse = ternary();
            condition = condition != 0 ? whenTrue : whenFalse;
        }
        depth--;
        return condition;
    }

    private long binary(int level) throws Unreadable {
        if (level == LEVELS.size()) {
            return unary();
        }
        long left = binary(level + 1);
        while (at < tokens.size() && LEVELS.get(level).contains(tokens.get(at).text())) {
            String operator = tokens.get(at++).text();
            left = apply(operator, left, binary(level + 1));
        }
        return left;
    }

    private static long apply(String operator, long left, long right) throws Unreadable {
        return switch (operator) {
            case "||" -> left != 0 || right != 0 ? 1 : 0;
            case "&&" -> left != 0 && right != 0 ? 1 : 0;
            case "|" -> left | right;
            case "^" -> left ^ right;
            case "&" -> left & right;
            case "==" -> left == right ? 1 : 0;
            case "!=" -> left != right ? 1 : 0;
            case "<" -> left < right ? 1 : 0;
            case ">" -> left > right ? 1 : 0;
            case "<=" -> left <= right ? 1 : 0;
            case ">=" -> left >= right ? 1 : 0;
            case "<<" -> left << right;
            case ">>" -> left >> right;
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/", "%" -> {
                if (right == 0) {
                    // The side of && or ?: that is not taken may hold it.
                    yield 0;
                }
                yield operator.equals("/") ? left / right : left % right;
            }
            default -> throw new Unreadable("unexpected " + operator);
        };
    }

    private long unary() throws Unreadable {
        enter();
        try {
            if (take("-")) {
                return -unary();
            }
            if (take("+")) {
                return unary();
            }
            if (take("~")) {
                return ~unary();
            }
            if (take("!")) {
                return unary() == 0 ? 1 : 0;
            }
            return primary();
        } finally {
            depth--;
        }
    }

    private long primary() throws Unreadable {
        if (at >= tokens.size()) {
            throw new Unreadable("the expression ends too early");
        }
        if (tokens.get(at).is("sizeof") || tokens.get(at).is("_Alignof")) {
            return sizeOf();
        }
        if (take("(")) {
            // A cast to a type changes nothing here: all is computed in 64 bits.
            int close = closing(at);
            if (close > at && names.sizeOf(tokens.subList(at, close)) != null) {
                at = close + 1;
                return unary();
            }
            long value = ternary();
            expect(")");
            return value;
        }
        CToken token = tokens.get(at++);
        return switch (token.kind()) {
            case NUMBER -> {
                Long number = number(token.text());
                if (number == null) {
                    throw new Unreadable(token.text() + " is not an integer");
                }
                yield number;
            }
            case CHARACTER -> character(token.text());
            case IDENTIFIER -> name(token.text());
            default -> throw new Unreadable("unexpected " + token.text());
        };
    }

    private long name(String name) throws Unreadable {
        Long value = names.value(name);
        if (value != null) {
            return value;
        }
        if (!unknownIsZero) {
            throw new Unreadable("unknown name " + name);
        }
        if (take("(")) {
            // __has_attribute(x) and its like.
            int close = closing(at);
            at = close < 0 ? tokens.size() : close + 1;
        }
        return name.equals("true") ? 1 : 0;
    }

    private long sizeOf() throws Unreadable {
        at++;
        expect("(");
        int close = closing(at);
        Long size = close < 0 ? null : names.sizeOf(tokens.subList(at, close));
        if (size == null) {
            throw new Unreadable("sizeof of something unknown");
        }
        at = close + 1;
        return size;
    }

    /** The parenthesis that closes the one before {@code from}, or -1. */
    private int closing(int from) {
        int open = 1;
        for (int i = from; i < tokens.size(); i++) {
            open += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        return -1;
    }

    private static long character(String literal) throws Unreadable {
        String inner = literal.substring(1, Math.max(1, literal.length() - 1));
        if (inner.length() == 1) {
            return inner.charAt(0);
        }
        if (inner.startsWith("\\x")) {
            Long number = number("0" + inner.substring(1));
            if (number != null) {
                return number;
            }
        } else if (inner.matches("\\\\[0-7]{1,3}")) {
            return Long.parseLong(inner.substring(1), 8);
        } else if (inner.length() == 2) {
            int escape = "abtnvfr".indexOf(inner.charAt(1));
            return escape >= 0 ? 7 + escape : inner.charAt(1);
        }
        throw new Unreadable(literal + " is not a character");
    }
}
