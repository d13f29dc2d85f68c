package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import org.jspecify.annotations.Nullable;

/**
 * String literals with bpftrace's escapes ({@code \n \t \r \" \\ \nnn \xnn}), and, beyond bpftrace, character literals such as {@code 'A'}, which are numbers.
 */
final class StringLexer {
    private final String text;
    private final int start;
    private final StringBuilder value = new StringBuilder();
    private int at;
    private @Nullable Diagnostic problem;

    private StringLexer(String text, int start) {
        this.text = text;
        this.start = start;
        this.at = start + 1;
    }

    static Token lex(String text, int start) {
        return new StringLexer(text, start).lex();
    }

    private Token lex() {
        char quote = text.charAt(start);
        while (at < text.length() && text.charAt(at) != quote && text.charAt(at) != '\n') {
            if (text.charAt(at) == '\\') {
                escape();
            } else {
                value.append(text.charAt(at++));
            }
        }
        boolean closed = at < text.length() && text.charAt(at) == quote;
        if (!closed) {
            problem = Problem.UNTERMINATED_STRING.at(new Span(start, start + 1));
        }
        Span span = new Span(start, closed ? at + 1 : at);
        return quote == '"' ? new Token(Token.Kind.STRING, value.toString(), 0, span, problem) : character(span);
    }

    private Token character(Span span) {
        byte[] bytes = StringText.bytes(value.toString());
        if (bytes.length != 1 && problem == null) {
            problem = Problem.BAD_CHARACTER_LITERAL.at(span);
        }
        long number = bytes.length == 0 ? 0 : bytes[0] & 0xFF;
        return new Token(Token.Kind.NUMBER, text.substring(span.start(), span.end()), number, span, problem);
    }

    private void escape() {
        int escapeStart = at++;
        char c = at < text.length() ? text.charAt(at) : '\0';
        switch (c) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case '"', '\\', '\'' -> value.append(c);
            case 'x', 'X' -> {
                at++;
                number(escapeStart, 16, 2);
                return;
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                number(escapeStart, 8, 3);
                return;
            }
            default -> {
                bad(escapeStart, Math.min(at + 1, text.length()));
                return;
            }
        }
        at++;
    }

    private void number(int escapeStart, int radix, int maxDigits) {
        int digitsStart = at;
        int number = 0;
        while (at < text.length()
                && at - digitsStart < maxDigits
                && Character.digit(text.charAt(at), radix) >= 0
                && text.charAt(at) < 0x80) {
            number = number * radix + Character.digit(text.charAt(at++), radix);
        }
        if (at == digitsStart || number > 0xFF) {
            bad(escapeStart, at);
        } else {
            value.append(StringText.escaped(number));
        }
    }

    private void bad(int escapeStart, int escapeEnd) {
        if (problem == null) {
            problem = Problem.BAD_ESCAPE
                    .at(
                            new Span(escapeStart, escapeEnd),
                            "'" + text.substring(escapeStart, escapeEnd).strip() + "'")
                    .hint("the escapes are \\n \\t \\r \\\" \\\\ \\NNN (octal) and \\xNN");
        }
        at = escapeEnd;
    }
}
