package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a text into tokens, on demand from any offset: it has no state, so the parser can go back. Never throws; what is wrong is told in the token.
 */
final class Lexer {
    private static final String[] OPERATORS = {
        "<<=", ">>=", "||", "&&", "==", "!=", "<=", ">=", "<<", ">>", "++", "--", "->", "..", "+=", "-=", "*=", "/=",
        "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "?", ":", ";", ",",
        ".", "(", ")", "[", "]", "{", "}"
    };

    private final String text;

    Lexer(Source source) {
        this.text = source.text();
    }

    /** The token at {@code offset}, after white space and comments. */
    Token token(int offset) {
        int start = skipLayout(offset);
        if (start >= text.length()) {
            return new Token(Token.Kind.END, "", 0, new Span(text.length(), text.length()), null);
        }
        char c = text.charAt(start);
        if (isIdentifierStart(c)) {
            return plain(Token.Kind.IDENTIFIER, start, identifierEnd(start));
        }
        if (c >= '0' && c <= '9') {
            return NumberLexer.lex(text, start);
        }
        if (c == '"' || c == '\'') {
            return StringLexer.lex(text, start);
        }
        if (c == '@') {
            return plain(
                    Token.Kind.MAP,
                    start,
                    start + 1 < text.length() && isIdentifierStart(text.charAt(start + 1))
                            ? identifierEnd(start + 1)
                            : start + 1);
        }
        if (c == '$') {
            int end = start + 1 < text.length() && text.charAt(start + 1) == '#' ? start + 2 : identifierEnd(start + 1);
            if (end > start + 1) {
                return plain(Token.Kind.VARIABLE, start, end);
            }
        }
        return operator(start);
    }

    /** The offset of the next character that is neither white space nor in a comment. */
    int skipLayout(int offset) {
        int at = offset;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at) && text.indexOf("*/", at + 2) >= 0) {
                at = text.indexOf("*/", at + 2) + 2;
            } else {
                break;
            }
        }
        return at;
    }

    private Token operator(int start) {
        if (text.startsWith("/*", start)) {
            Span rest = new Span(start, text.length());
            return new Token(
                    Token.Kind.OPERATOR,
                    "/*",
                    0,
                    rest,
                    Problem.UNTERMINATED_COMMENT
                            .at(new Span(start, start + 2))
                            .hint("if the filter begins with *, put a space after the slash"));
        }
        for (String operator : OPERATORS) {
            if (text.startsWith(operator, start)) {
                return plain(Token.Kind.OPERATOR, start, start + operator.length());
            }
        }
        int codePoint = text.codePointAt(start);
        Span span = new Span(start, start + Character.charCount(codePoint));
        String shown = Character.isISOControl(codePoint) || (codePoint >= 0xD800 && codePoint < 0xE000)
                ? String.format("0x%02x", codePoint)
                : "'" + Character.toString(codePoint) + "'";
        Diagnostic problem = Problem.UNEXPECTED_CHARACTER.at(span, shown);
        return new Token(Token.Kind.OPERATOR, text.substring(span.start(), span.end()), 0, span, problem);
    }

    private Token plain(Token.Kind kind, int start, int end) {
        return new Token(kind, text.substring(start, end), 0, new Span(start, end), null);
    }

    private int identifierEnd(int offset) {
        int end = offset;
        while (end < text.length() && isIdentifierPart(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static boolean isIdentifierStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    static boolean isIdentifierPart(char c) {
        return isIdentifierStart(c) || (c >= '0' && c <= '9');
    }

    /** Whether {@code name} is an identifier of the language. */
    static boolean isIdentifier(@Nullable String name) {
        return name != null
                && !name.isEmpty()
                && isIdentifierStart(name.charAt(0))
                && name.chars().allMatch(c -> isIdentifierPart((char) c));
    }
}
