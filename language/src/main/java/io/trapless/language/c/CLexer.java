package io.trapless.language.c;

import java.util.ArrayList;
import java.util.List;

/** Tokens of one logical line of C. What is no token is dropped: compilers for other systems may like it. */
final class CLexer {
    private static final String[] PUNCTUATORS = {
        "...", "<<=", ">>=", "##", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=", "/=", "%=",
        "+=", "-=", "&=", "^=", "|="
    };

    private final String text;
    private final int definition;
    private final List<CToken> tokens = new ArrayList<>();
    private int at;

    private CLexer(String text, int definition) {
        this.text = text;
        this.definition = definition;
    }

    static List<CToken> lex(String text, int definition) {
        CLexer lexer = new CLexer(text, definition);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        boolean spaced = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                spaced = true;
                continue;
            }
            int start = at;
            CToken.Kind kind = scan(c);
            if (kind != CToken.Kind.END) {
                tokens.add(new CToken(kind, text.substring(start, at), definition, spaced));
            }
            spaced = false;
        }
    }

    private CToken.Kind scan(char c) {
        if (isIdentifierPart(c) && !isDigit(c)) {
            while (at < text.length() && isIdentifierPart(text.charAt(at))) {
                at++;
            }
            return CToken.Kind.IDENTIFIER;
        }
        if (isDigit(c)) {
            while (at < text.length() && (isIdentifierPart(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            return CToken.Kind.NUMBER;
        }
        if (c == '"' || c == '\'') {
            at++;
            while (at < text.length() && text.charAt(at) != c) {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            at = Math.min(at + 1, text.length());
            return c == '"' ? CToken.Kind.STRING : CToken.Kind.CHARACTER;
        }
        for (String punctuator : PUNCTUATORS) {
            if (text.startsWith(punctuator, at)) {
                at += punctuator.length();
                return CToken.Kind.PUNCTUATOR;
            }
        }
        at++;
        return c < 0x80 && c > ' ' && c != '\\' && c != '`' ? CToken.Kind.PUNCTUATOR : CToken.Kind.END;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isIdentifierPart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || isDigit(c);
    }
}
