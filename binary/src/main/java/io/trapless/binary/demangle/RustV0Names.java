package io.trapless.binary.demangle;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** The fixed words and the text encodings of Rust's v0 mangling. */
final class RustV0Names {
    private static final int HEX_DIGITS_OF_LONG = 16;

    private RustV0Names() {}

    /** The basic type of a one-letter tag; null if the letter is none. */
    static @Nullable String basicType(char tag) {
        return switch (tag) {
            case 'a' -> "i8";
            case 'b' -> "bool";
            case 'c' -> "char";
            case 'd' -> "f64";
            case 'e' -> "str";
            case 'f' -> "f32";
            case 'h' -> "u8";
            case 'i' -> "isize";
            case 'j' -> "usize";
            case 'l' -> "i32";
            case 'm' -> "u32";
            case 'n' -> "i128";
            case 'o' -> "u128";
            case 'p' -> "_";
            case 's' -> "i16";
            case 't' -> "u16";
            case 'u' -> "()";
            case 'v' -> "...";
            case 'x' -> "i64";
            case 'y' -> "u64";
            case 'z' -> "!";
            default -> null;
        };
    }

    /** A constant of a basic type from its hexadecimal digits; null if the type has no constants or the digits do not fit it. */
    static @Nullable String constant(char type, String hexDigits) {
        if ("abchijlmnostxy".indexOf(type) < 0 || hexDigits.isEmpty()) {
            return null;
        }
        if (hexDigits.length() > HEX_DIGITS_OF_LONG) {
            return "0x" + hexDigits;
        }
        BigInteger value = new BigInteger(hexDigits, 16);
        return switch (type) {
            case 'b' -> value.equals(BigInteger.ZERO) ? "false" : value.equals(BigInteger.ONE) ? "true" : null;
            case 'c' -> character(value);
            default -> value.toString();
        };
    }

    private static @Nullable String character(BigInteger value) {
        if (value.bitLength() > 21 || !Character.isValidCodePoint(value.intValue())) {
            return null;
        }
        int c = value.intValue();
        return switch (c) {
            case '\'' -> "'\\''";
            case '\\' -> "'\\\\'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case 0 -> "'\\0'";
            default ->
                Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                        ? "'\\u{" + Integer.toHexString(c) + "}'"
                        : "'" + Character.toString(c) + "'";
        };
    }

    /** RFC 3492 with {@code _} for the delimiter, as v0 has it; null if it is not well-formed. */
    static @Nullable String decodePunycode(String encoded) {
        int delimiter = encoded.lastIndexOf('_');
        StringBuilder decoded = new StringBuilder(delimiter > 0 ? encoded.substring(0, delimiter) : "");
        int at = delimiter + 1;
        int codePoint = 128;
        int bias = 72;
        long index = 0;
        int count = decoded.length();
        while (at < encoded.length()) {
            long before = index;
            long weight = 1;
            for (int k = 36; ; k += 36) {
                int digit = at < encoded.length() ? punycodeDigit(encoded.charAt(at++)) : -1;
                if (digit < 0 || weight > Integer.MAX_VALUE) {
                    return null;
                }
                index += digit * weight;
                int threshold = Math.clamp(k - bias, 1, 26);
                if (digit < threshold) {
                    break;
                }
                weight *= 36 - threshold;
            }
            count++;
            bias = adapt(index - before, count, before == 0);
            long next = codePoint + index / count;
            if (next > Character.MAX_CODE_POINT) {
                return null;
            }
            codePoint = (int) next;
            index %= count;
            decoded.insert(decoded.offsetByCodePoints(0, (int) index), Character.toChars(codePoint));
            index++;
        }
        return decoded.toString();
    }

    private static int adapt(long delta, int count, boolean first) {
        long scaled = first ? delta / 700 : delta / 2;
        scaled += scaled / count;
        int k = 0;
        while (scaled > 455) {
            scaled /= 35;
            k += 36;
        }
        return (int) (k + 36 * scaled / (scaled + 38));
    }

    private static int punycodeDigit(char c) {
        return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : -1;
    }
}
