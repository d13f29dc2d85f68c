package io.trapless.language.c;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces macros in tokens (C17, 6.10.3), as far as declarations need it. The work is bounded: a program that multiplies itself is cut off. */
final class CExpander {
    private static final int MAX_TOKENS = 2_000_000;
    private static final int MAX_DEPTH = 200;

    private final Map<String, CMacro> macros;
    private int made;

    CExpander(Map<String, CMacro> macros) {
        this.macros = macros;
    }

    List<CToken> expand(List<CToken> tokens) {
        List<CToken> out = new ArrayList<>();
        expand(tokens, Set.of(), out, 0);
        return out;
    }

    private void expand(List<CToken> tokens, Set<String> active, List<CToken> out, int depth) {
        int at = 0;
        while (at < tokens.size()) {
            CToken token = tokens.get(at);
            CMacro macro = token.isIdentifier() && !active.contains(token.text()) ? macros.get(token.text()) : null;
            if (macro == null || made > MAX_TOKENS || depth > MAX_DEPTH) {
                out.add(token);
                at++;
                continue;
            }
            List<String> parameters = macro.parameters();
            Set<String> inner = new HashSet<>(active);
            inner.add(macro.name());
            if (parameters == null) {
                made += macro.body().size();
                expand(replaced(macro.body(), Map.of(), token), inner, out, depth + 1);
                at++;
                continue;
            }
            int end = at + 1 < tokens.size() && tokens.get(at + 1).is("(") ? closing(tokens, at + 1) : -1;
            if (end < 0) {
                out.add(token);
                at++;
                continue;
            }
            List<List<CToken>> arguments = arguments(tokens.subList(at + 2, end));
            Map<String, List<CToken>> values = bind(macro, parameters, arguments, active, depth);
            List<CToken> body = replaced(macro.body(), values, token);
            made += body.size();
            expand(body, inner, out, depth + 1);
            at = end + 1;
        }
    }

    private static int closing(List<CToken> tokens, int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static List<List<CToken>> arguments(List<CToken> tokens) {
        List<List<CToken>> arguments = new ArrayList<>();
        List<CToken> current = new ArrayList<>();
        int depth = 0;
        for (CToken token : tokens) {
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            if (depth == 0 && token.is(",")) {
                arguments.add(current);
                current = new ArrayList<>();
            } else {
                current.add(token);
            }
        }
        arguments.add(current);
        return arguments;
    }

    private Map<String, List<CToken>> bind(
            CMacro macro, List<String> parameters, List<List<CToken>> arguments, Set<String> active, int depth) {
        Map<String, List<CToken>> values = new HashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            List<CToken> value = new ArrayList<>();
            boolean rest = macro.variadic() && i == parameters.size() - 1;
            for (int j = i; j < (rest ? arguments.size() : Math.min(i + 1, arguments.size())); j++) {
                if (j > i) {
                    value.add(new CToken(CToken.Kind.PUNCTUATOR, ",", 0, false));
                }
                expand(arguments.get(j), active, value, depth + 1);
            }
            values.put(parameters.get(i), value);
        }
        return values;
    }

    /** The body with its parameters replaced; the tokens stand where the macro's name stood. */
    private static List<CToken> replaced(List<CToken> body, Map<String, List<CToken>> values, CToken place) {
        List<CToken> out = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            CToken token = body.get(i);
            if (token.is("##") && !out.isEmpty() && i + 1 < body.size()) {
                paste(out, value(values, body.get(++i)), place);
            } else if (token.is("#")
                    && i + 1 < body.size()
                    && values.containsKey(body.get(i + 1).text())) {
                out.add(new CToken(CToken.Kind.STRING, "\"\"", place.definition(), false));
                i++;
            } else {
                for (CToken part : value(values, token)) {
                    out.add(new CToken(part.kind(), part.text(), place.definition(), part.spaced()));
                }
            }
        }
        return out;
    }

    private static List<CToken> value(Map<String, List<CToken>> values, CToken token) {
        List<CToken> value = token.isIdentifier() ? values.get(token.text()) : null;
        return value == null ? List.of(token) : value;
    }

    private static void paste(List<CToken> out, List<CToken> right, CToken place) {
        if (right.isEmpty()) {
            return;
        }
        String text = out.removeLast().text() + right.getFirst().text();
        List<CToken> pasted = CLexer.lex(text, place.definition());
        out.addAll(pasted);
        out.addAll(right.subList(1, right.size()));
    }

    /** The macro of that name, or null. */
    @Nullable CMacro macro(String name) {
        return macros.get(name);
    }
}
