package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The program's named parameters: what {@code getopt} asks for and what the command line gives. */
final class NamedOptions {
    private final Map<String, String> given;
    private final int maxStrlen;
    private final Map<String, CheckedProgram.Option> options = new LinkedHashMap<>();

    NamedOptions(Map<String, String> given, int maxStrlen) {
        this.given = given;
        this.maxStrlen = maxStrlen;
    }

    void beginRound() {
        options.clear();
    }

    List<CheckedProgram.Option> all() {
        return new ArrayList<>(options.values());
    }

    /** Names given on the command line that the program does not ask for. */
    Set<String> given() {
        return given.keySet();
    }

    /** What the command line gives for a parameter; null if nothing. */
    @Nullable String given(String name) {
        return given.get(name);
    }

    CheckedProgram.@Nullable Option find(String name) {
        return options.get(name);
    }

    void put(CheckedProgram.Option option) {
        options.put(option.name(), option);
    }

    /**
     * The value of a parameter, or null if what the command line gives is not of its type.
     *
     * @param fallback a literal whose type is the parameter's
     */
    @Nullable CheckedExpression value(String name, CheckedExpression fallback, Span span) {
        String text = given.get(name);
        return switch (fallback) {
            case CheckedExpression.TextConstant t ->
                new CheckedExpression.TextConstant(text == null ? t.text() : text, new Type.Str(maxStrlen), span);
            case CheckedExpression.NumberConstant n
            when n.type() instanceof Type.Bool -> {
                if (text == null) {
                    yield new CheckedExpression.NumberConstant(n.value(), Types.BOOL, span);
                }
                boolean yes = text.isEmpty() || text.equalsIgnoreCase("true") || text.equals("1");
                boolean no = text.equalsIgnoreCase("false") || text.equals("0");
                yield yes || no ? new CheckedExpression.NumberConstant(yes ? 1 : 0, Types.BOOL, span) : null;
            }
            case CheckedExpression.NumberConstant n -> {
                boolean negative = n.type().isSigned() && n.value() < 0;
                Type type = negative ? Types.INT64 : Types.UINT64;
                if (text == null) {
                    yield new CheckedExpression.NumberConstant(n.value(), type, span);
                }
                Literals.Parsed parsed = Literals.parse(text);
                yield parsed == null ? null : new CheckedExpression.NumberConstant(parsed.value(), type, span);
            }
            default -> null;
        };
    }

    /** A literal as the help text shows it. */
    static String show(CheckedExpression literal) {
        return switch (literal) {
            case CheckedExpression.TextConstant t -> StringText.quote(t.text());
            case CheckedExpression.NumberConstant n
            when n.type() instanceof Type.Bool -> n.value() != 0 ? "true" : "false";
            case CheckedExpression.NumberConstant n ->
                n.type().isSigned() ? Long.toString(n.value()) : Long.toUnsignedString(n.value());
            default -> "";
        };
    }
}
