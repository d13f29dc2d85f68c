package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The C at the head of a program. It is kept as text: what it defines is found out when types are resolved. */
final class CDefinitionParser {
    /** A type's head up to its brace: only words, attributes and white space, so that no attach point is taken for one. */
    private static final Pattern TYPE = Pattern.compile("(?:struct|union|enum)\\b[^:/,;{\"]*\\{");

    private final TokenStream in;
    private final String text;

    CDefinitionParser(TokenStream in) {
        this.in = in;
        this.text = in.source.text();
    }

    void skipInterpreterLine() {
        int start = in.lexer.skipLayout(0);
        if (text.startsWith("#!", start)) {
            in.tookRaw(lineEnd(start));
        }
    }

    List<Program.CDefinition> parse() {
        List<Program.CDefinition> definitions = new ArrayList<>();
        while (true) {
            int start = in.lexer.skipLayout(in.position());
            int end;
            if (text.startsWith("#", start)) {
                end = directiveEnd(start);
            } else if (TYPE.matcher(text).region(start, text.length()).lookingAt()) {
                end = typeEnd(start);
            } else {
                return definitions;
            }
            in.tookRaw(end);
            definitions.add(new Program.CDefinition(text.substring(start, end).strip(), new Span(start, end)));
        }
    }

    private int lineEnd(int offset) {
        int end = text.indexOf('\n', offset);
        return end < 0 ? text.length() : end;
    }

    private int directiveEnd(int start) {
        int end = lineEnd(start);
        while (end < text.length() && text.charAt(end - 1) == '\\') {
            end = lineEnd(end + 1);
        }
        return end;
    }

    /** After the attributes and the semicolon that may follow a type. */
    private int attributesEnd(int start) {
        int end = start;
        int at = in.lexer.skipLayout(end);
        while (text.startsWith("__attribute__", at)) {
            end = parenthesisEnd(in.lexer.skipLayout(at + "__attribute__".length()));
            at = in.lexer.skipLayout(end);
        }
        return text.startsWith(";", at) ? at + 1 : end;
    }

    private int parenthesisEnd(int open) {
        int depth = 0;
        for (int at = open; at < text.length(); at++) {
            depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
            if (depth == 0) {
                return text.charAt(at) == ')' ? at + 1 : at;
            }
        }
        throw in.fail(Problem.EXPECTED.at(
                new Span(open, Math.min(open + 1, text.length())), "an attribute in parentheses", "the end"));
    }

    private int typeEnd(int start) {
        int depth = 0;
        int at = text.indexOf('{', start);
        int open = at;
        while (at < text.length()) {
            int afterLayout = text.charAt(at) == '/' ? in.lexer.skipLayout(at) : at;
            if (afterLayout != at) {
                at = afterLayout;
                continue;
            }
            char c = text.charAt(at++);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return attributesEnd(at);
            }
        }
        throw in.fail(Problem.EXPECTED.at(new Span(open, open + 1), "'}' for this brace", "the end"));
    }
}
