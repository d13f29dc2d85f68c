package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;

/** Cuts the attach point at the stream's position into its parts, and moves the stream behind it. */
final class AttachPointScanner {
    private final TokenStream in;
    private final String text;
    private int at;

    /**
     * What stands between two colons.
     *
     * @param text without quotes
     * @param quotedEnd how many of its characters came out of quotes, from the start to the last one that did
     */
    record Part(String text, int quotedEnd, Span span) {
        boolean isBare() {
            return quotedEnd == 0;
        }
    }

    AttachPointScanner(TokenStream in) {
        this.in = in;
        this.text = in.source.text();
        this.at = in.lexer.skipLayout(in.position());
    }

    /** At least one part; the first is not empty. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        parts.add(part(true));
        while (at < text.length() && text.charAt(at) == ':') {
            at++;
            parts.add(part(false));
        }
        if (parts.getFirst().text().isEmpty()) {
            throw in.fail(Problem.NO_PROBE
                    .at(parts.getFirst().span())
                    .hint("a clause begins with a probe such as uprobe:libc:malloc"));
        }
        in.tookRaw(at);
        return parts;
    }

    private Part part(boolean first) {
        int start = at;
        int quotedEnd = 0;
        StringBuilder part = new StringBuilder();
        while (at < text.length() && !ends(text.charAt(at), first)) {
            if (text.charAt(at) == '"') {
                Token quoted = StringLexer.lex(text, at);
                if (quoted.problem() != null) {
                    boolean open = quoted.problem().problem() == Problem.UNTERMINATED_STRING;
                    throw in.fail(
                            open
                                    ? Problem.UNTERMINATED_PROBE_QUOTE.at(
                                            quoted.problem().span())
                                    : quoted.problem());
                }
                part.append(quoted.text());
                quotedEnd = part.length();
                at = quoted.span().end();
            } else {
                part.append(text.charAt(at++));
            }
        }
        return new Part(part.toString(), quotedEnd, new Span(start, at));
    }

    /** A slash belongs to a path, except in the probe type, where a filter begins. */
    private static boolean ends(char c, boolean first) {
        return c == ':' || c == ',' || c == '{' || Character.isWhitespace(c) || (first && c == '/');
    }
}
