package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Number literals, as bpftrace has them: decimal, octal with a leading 0, hexadecimal, {@code 2e3}, underscores between digits, C's suffixes (without meaning) and durations, which become nanoseconds.
 */
final class NumberLexer {
    private static final Pattern DIGITS = Pattern.compile("0[xX][0-9a-fA-F_]*|[0-9][0-9_]*(?:[eE][0-9][0-9_]*)?");
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** Decimal exponents above this do not fit 64 bits. */
    private static final int MAX_EXPONENT = 20;

    /** Longer literals can't be numbers of 64 bits, so they are not even computed. */
    private static final int MAX_LENGTH = 100;

    private static final Map<String, Long> DURATIONS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L,
            "d",
            86_400_000_000_000L);

    private NumberLexer() {}

    static Token lex(String text, int start) {
        Matcher matcher = DIGITS.matcher(text).region(start, text.length());
        matcher.lookingAt();
        int suffixStart = matcher.end();
        int end = suffixStart;
        while (end < text.length() && Lexer.isIdentifierPart(text.charAt(end))) {
            end++;
        }
        return make(text.substring(start, suffixStart), text.substring(suffixStart, end), new Span(start, end));
    }

    private static Token make(String digits, String suffix, Span span) {
        String written = digits + suffix;
        Long factor = DURATIONS.get(suffix);
        if (factor == null && !suffix.toLowerCase(Locale.ROOT).matches("|u|l|ll|ul|ull")) {
            Span place = new Span(span.end() - suffix.length(), span.end());
            Diagnostic problem = Problem.BAD_NUMBER_SUFFIX
                    .at(place, "'" + suffix + "'")
                    .hint("durations end in ns, us, ms, s, m, h or d; sizes have no suffix");
            return new Token(Token.Kind.NUMBER, written, 0, span, problem);
        }
        BigInteger value = value(digits);
        if (value == null) {
            return new Token(Token.Kind.NUMBER, written, 0, span, Problem.BAD_NUMBER.at(span, "'" + written + "'"));
        }
        if (factor != null) {
            value = value.multiply(BigInteger.valueOf(factor));
        }
        Diagnostic problem = value.compareTo(MAX) > 0 ? Problem.NUMBER_TOO_LARGE.at(span, "'" + written + "'") : null;
        return new Token(Token.Kind.NUMBER, written, value.longValue(), span, problem);
    }

    private static @Nullable BigInteger value(String digits) {
        if (digits.endsWith("_")) {
            return null;
        }
        String plain = digits.replace("_", "").toLowerCase(Locale.ROOT);
        if (plain.length() > MAX_LENGTH) {
            return MAX.add(BigInteger.ONE);
        }
        if (plain.startsWith("0x")) {
            return plain.length() == 2 ? null : new BigInteger(plain.substring(2), 16);
        }
        int exponent = plain.indexOf('e');
        if (exponent >= 0) {
            BigInteger mantissa = new BigInteger(plain.substring(0, exponent));
            BigInteger power = new BigInteger(plain.substring(exponent + 1));
            boolean tooLarge = power.compareTo(BigInteger.valueOf(MAX_EXPONENT)) > 0;
            return mantissa.signum() == 0 || !tooLarge
                    ? mantissa.multiply(BigInteger.TEN.pow(tooLarge ? 0 : power.intValue()))
                    : MAX.add(BigInteger.ONE);
        }
        boolean octal = plain.length() > 1 && plain.startsWith("0");
        return octal && plain.matches(".*[89].*") ? null : new BigInteger(plain, octal ? 8 : 10);
    }
}
