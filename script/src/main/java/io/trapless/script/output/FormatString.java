package io.trapless.script.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A format of {@code printf}, cut into texts and conversions once. {@code %% d i u o x X c s p r rx rh gr} with the flags {@code - + space # 0}, a width, a precision and the
 * length modifiers of C. As in bpftrace, {@code %d}, {@code %u} and {@code %x} without a length modifier show the lower 32 bits only.
 *
 * @param texts what stands before each conversion, and after the last; one more than {@code conversions}
 * @param conversions in order
 */
public record FormatString(List<String> texts, List<Conversion> conversions) {
    // %r, %rx, %rh and %gr are bpftrace's own
    private static final Pattern CONVERSION = Pattern.compile(
            "%(-?)(\\+?)( ?)(#?)(0?)(\\*|\\d+)?(?:\\.(\\*|\\d+))?([hlLjzt]*)(gr|rh|rx|r|[diouxXeEfFgGaAcspn%])");
    private static final int MAX_WIDTH = 4096;

    /**
     * One conversion.
     *
     * @param width 0 if there is none
     * @param length {@code hh h l ll j z t} or empty
     * @param letter what to make of the argument
     */
    public record Conversion(
            boolean left, boolean plus, boolean alternate, boolean zeros, int width, String length, String letter) {}

    public FormatString {
        texts = List.copyOf(texts);
        conversions = List.copyOf(conversions);
    }

    /** Cuts a format, a byte string. What is no conversion is text. */
    public static FormatString parse(String format) {
        List<String> texts = new ArrayList<>();
        List<Conversion> conversions = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Matcher matcher = CONVERSION.matcher(format);
        int end = 0;
        while (matcher.find()) {
            text.append(format, end, matcher.start());
            end = matcher.end();
            if (matcher.group(9).equals("%")) {
                text.append('%');
                continue;
            }
            texts.add(text.toString());
            text.setLength(0);
            conversions.add(new Conversion(
                    !matcher.group(1).isEmpty(),
                    !matcher.group(2).isEmpty(),
                    !matcher.group(4).isEmpty(),
                    !matcher.group(5).isEmpty(),
                    width(matcher.group(6)),
                    matcher.group(8),
                    matcher.group(9)));
        }
        texts.add(text.append(format, end, format.length()).toString());
        return new FormatString(texts, conversions);
    }

    private static int width(@Nullable String digits) {
        if (digits == null || digits.equals("*")) {
            return 0;
        }
        return digits.length() > 4 ? MAX_WIDTH : Math.min(Integer.parseInt(digits), MAX_WIDTH);
    }

    /** The text with {@code arguments} in the places of the conversions; there must be one for each. */
    public String format(List<Datum> arguments) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < conversions.size(); i++) {
            out.append(texts.get(i));
            append(out, conversions.get(i), arguments.get(i));
        }
        return out.append(texts.getLast()).toString();
    }

    private static void append(StringBuilder out, Conversion conversion, Datum argument) {
        String text = switch (conversion.letter()) {
            case "d", "i" -> signed(conversion, argument);
            case "u", "o", "x", "X", "p" -> unsigned(conversion, argument);
            case "c" -> number(argument, value -> String.valueOf((char) (value & 0xff)));
            case "f", "F", "e", "E", "g", "G", "a", "A" ->
                number(argument, value -> floating(value, conversion.letter()));
            case "r" -> buffer(argument, conversion.letter());
            case "rx", "rh" -> buffer(argument, conversion.letter());
            case "gr" -> number(argument, GfpFlags::text);
            default -> DatumText.of(argument);
        };
        int missing = conversion.width() - text.length();
        char fill = conversion.zeros() ? '0' : ' ';
        if (conversion.left()) {
            out.append(text).repeat(fill, Math.max(0, missing));
        } else {
            out.repeat(fill, Math.max(0, missing)).append(text);
        }
    }

    private static String signed(Conversion conversion, Datum argument) {
        return number(argument, value -> {
            long cut = switch (conversion.length()) {
                case "hh" -> (byte) value;
                case "h" -> (short) value;
                case "l", "ll", "j", "z", "t" -> value;
                default -> (int) value;
            };
            return conversion.plus() && cut >= 0 ? "+" + cut : Long.toString(cut);
        });
    }

    private static String unsigned(Conversion conversion, Datum argument) {
        return number(argument, value -> {
            if (conversion.letter().equals("p")) {
                return value == 0 ? "0" : "0x" + Long.toHexString(value);
            }
            long cut = switch (conversion.length()) {
                case "hh" -> value & 0xff;
                case "h" -> value & 0xffff;
                case "l", "ll", "j", "z", "t" -> value;
                default -> value & 0xffffffffL;
            };
            boolean prefix = conversion.alternate() && cut != 0;
            return switch (conversion.letter()) {
                case "u" -> Long.toUnsignedString(cut);
                case "o" -> (prefix ? "0" : "") + Long.toOctalString(cut);
                case "x" -> (prefix ? "0x" : "") + Long.toHexString(cut);
                default -> (prefix ? "0X" : "") + Long.toHexString(cut).toUpperCase(Locale.ROOT);
            };
        });
    }

    private static String number(Datum argument, LongFunction<String> format) {
        return switch (argument) {
            case Datum.Int(long value, boolean _) -> format.apply(value);
            case Datum.Symbol(String _, long value) -> format.apply(value);
            case Datum.Bool(boolean value) -> format.apply(value ? 1 : 0);
            default -> "!{invalid integer conversion: " + DatumText.of(argument) + "}";
        };
    }

    private static String floating(long value, String letter) {
        // C++ streams write %g with six digits; whole numbers need no more
        String java = letter.equals("F") ? "f" : letter.equals("A") ? "a" : letter;
        return java.equalsIgnoreCase("g")
                ? String.valueOf(value)
                : String.format(Locale.ROOT, "%" + java, (double) value);
    }

    private static String buffer(Datum argument, String letter) {
        if (!(argument instanceof Datum.Buffer(byte[] bytes))) {
            return DatumText.of(argument);
        }
        return switch (letter) {
            case "rx" -> DatumText.allEscaped(bytes);
            case "rh" -> DatumText.hex(bytes);
            default -> DatumText.escaped(bytes);
        };
    }
}
