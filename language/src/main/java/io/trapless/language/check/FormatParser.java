package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.FormatText;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Format strings: cut up, and checked against their arguments. What is no conversion stands for itself. */
final class FormatParser {
    private static final Pattern SPECIFIER = Pattern.compile(
            "%(?<flags>-?\\+? ?#?0?)(?<width>\\*|[0-9]+)?(?:\\.(?<precision>\\*|[0-9]+))?(?<length>[hlLjzt]*)(?<conversion>[diouxXeEfFGaAcspn%]|gr|g|rh|rx|r)");

    private static final Set<String> NUMBERS = Set.of("d", "i", "u", "o", "x", "X", "c", "p", "gr");
    private static final Set<String> BUFFERS = Set.of("r", "rx", "rh");

    /** Wider than any line that a person reads. */
    private static final int MAX_WIDTH = 1 << 16;

    private FormatParser() {}

    static FormatText parse(String text) {
        List<FormatText.Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        Matcher matcher = SPECIFIER.matcher(text);
        int at = 0;
        while (matcher.find()) {
            literal.append(text, at, matcher.start());
            at = matcher.end();
            if (matcher.group("conversion").equals("%")) {
                literal.append('%');
                continue;
            }
            if (!literal.isEmpty()) {
                pieces.add(new FormatText.Piece.Literal(literal.toString()));
                literal.setLength(0);
            }
            pieces.add(new FormatText.Piece.Specifier(
                    matcher.group("flags"),
                    number(matcher.group("width"), 0),
                    number(matcher.group("precision"), -1),
                    matcher.group("length"),
                    matcher.group("conversion")));
        }
        literal.append(text, at, text.length());
        if (!literal.isEmpty()) {
            pieces.add(new FormatText.Piece.Literal(literal.toString()));
        }
        return new FormatText(pieces);
    }

    private static int number(@Nullable String digits, int fallback) {
        if (digits == null || digits.equals("*")) {
            return fallback;
        }
        return digits.length() > 6 ? MAX_WIDTH : Math.min(Integer.parseInt(digits), MAX_WIDTH);
    }

    /** Reports arguments that do not fit. */
    static void check(ActionState state, FormatText format, List<CheckedExpression> arguments, Span span) {
        List<FormatText.Piece.Specifier> specifiers = new ArrayList<>();
        for (FormatText.Piece piece : format.pieces()) {
            if (piece instanceof FormatText.Piece.Specifier specifier) {
                specifiers.add(specifier);
            }
        }
        int expected = specifiers.size();
        if (arguments.size() != expected) {
            throw state.fail(
                    span,
                    (arguments.size() < expected ? "not enough" : "too many") + " arguments for format string ("
                            + arguments.size() + " supplied, " + expected + " expected)");
        }
        for (int i = 0; i < expected; i++) {
            check(state, specifiers.get(i).conversion(), arguments.get(i).type(), span);
        }
    }

    private static void check(ActionState state, String conversion, Type type, Span span) {
        if (type instanceof Type.None || type instanceof Type.Nothing) {
            throw state.fail(span, "unable to print none type for specifier: " + conversion);
        }
        boolean known = conversion.equals("s") || NUMBERS.contains(conversion) || BUFFERS.contains(conversion);
        if (!known) {
            throw state.fail(span, "unsupported format specifier: " + conversion);
        }
        boolean fits =
                conversion.equals("s") || (NUMBERS.contains(conversion) ? type.isScalar() : type instanceof Type.Buf);
        if (!fits) {
            throw state.fail(span, "unsupported format specifier for type '" + type.text() + "': " + conversion);
        }
    }
}
