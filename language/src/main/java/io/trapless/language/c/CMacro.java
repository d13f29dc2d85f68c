package io.trapless.language.c;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A macro of the C preprocessor.
 *
 * @param parameters null for one without a parameter list
 * @param variadic whether the last parameter takes the rest
 */
record CMacro(String name, @Nullable List<String> parameters, boolean variadic, List<CToken> body) {
    CMacro {
        parameters = parameters == null ? null : List.copyOf(parameters);
        body = List.copyOf(body);
    }

    /** The body as text. */
    String text() {
        StringBuilder out = new StringBuilder();
        for (CToken token : body) {
            if (token.spaced() && !out.isEmpty()) {
                out.append(' ');
            }
            out.append(token.text());
        }
        return out.toString();
    }
}
