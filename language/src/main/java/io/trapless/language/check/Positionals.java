package io.trapless.language.check;

import io.trapless.language.diagnostic.Span;
import java.util.List;

/** {@code $1} and its like. */
final class Positionals {
    private Positionals() {}

    /** The parameter as a number if it is one, else as a string. */
    static Term value(ActionState state, int number, Span span) {
        String text = text(state, number);
        if (text.isEmpty()) {
            state.warn(span, "Positional parameter $" + number + " is empty or not provided. ");
            return Literals.number(0, false, span);
        }
        Literals.Parsed parsed = Literals.parse(text);
        return parsed == null ? Literals.text(text, span) : Literals.number(parsed.value(), parsed.unsigned(), span);
    }

    /** The parameter's text; empty if it was not given. */
    static String text(ActionState state, int number) {
        List<String> all = state.program.options.positional();
        return number >= 1 && number <= all.size() ? all.get(number - 1) : "";
    }
}
