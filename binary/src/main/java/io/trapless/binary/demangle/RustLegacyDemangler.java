package io.trapless.binary.demangle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rust's first mangling: an Itanium nested name whose last part is {@code h} and 16 hexadecimal digits, with punctuation written as {@code $LT$} and the like (rustc's
 * {@code symbol_names/legacy.rs}). The hash is left out.
 */
final class RustLegacyDemangler {
    private static final int HASH_LENGTH = 17;
    private static final String HASH_PREFIX = HASH_LENGTH + "h";

    private static final Map<String, String> ESCAPES =
            Map.of("SP", "@", "BP", "*", "RF", "&", "LT", "<", "GT", ">", "LP", "(", "RP", ")", "C", ",");

    private RustLegacyDemangler() {}

    static @Nullable String demangle(String mangled) {
        if (endOfName(mangled, mangled.length()) != mangled.length()) {
            return null;
        }
        StringBuilder readable = new StringBuilder();
        int at = prefixLength(mangled);
        int end = mangled.length() - 1 - HASH_LENGTH - 2;
        while (at < end) {
            int length = 0;
            int digits = at;
            while (digits < end && isDigit(mangled.charAt(digits)) && length <= end) {
                length = length * 10 + (mangled.charAt(digits++) - '0');
            }
            if (digits == at || length == 0 || digits + length > end) {
                return null;
            }
            if (!readable.isEmpty()) {
                readable.append("::");
            }
            if (!appendPart(mangled.substring(digits, digits + length), readable)) {
                return null;
            }
            at = digits + length;
        }
        return readable.isEmpty() ? null : readable.toString();
    }

    /** The position after the {@code E} that ends a legacy name at or before {@code limit}; -1 if the symbol is none. */
    static int endOfName(String symbol, int limit) {
        if (prefixLength(symbol) == 0) {
            return -1;
        }
        int hash = symbol.lastIndexOf(HASH_PREFIX, limit - 1);
        int end = hash + HASH_PREFIX.length() + HASH_LENGTH - 1;
        if (hash < 0 || end >= limit || symbol.charAt(end) != 'E') {
            return -1;
        }
        for (int i = hash + HASH_PREFIX.length(); i < end; i++) {
            if (Character.digit(symbol.charAt(i), 16) < 0) {
                return -1;
            }
        }
        return end + 1 == limit || symbol.charAt(end + 1) == '.' ? end + 1 : -1;
    }

    private static int prefixLength(String symbol) {
        return symbol.startsWith("_ZN") ? 3 : symbol.startsWith("__ZN") ? 4 : 0;
    }

    private static boolean appendPart(String part, StringBuilder readable) {
        // A part that would begin with an escape has an underscore before it, to stay an identifier.
        int at = part.startsWith("_$") ? 1 : 0;
        while (at < part.length()) {
            char c = part.charAt(at);
            if (c == '$') {
                int close = part.indexOf('$', at + 1);
                String escape = close < 0 ? null : unescape(part.substring(at + 1, close));
                if (escape == null) {
                    return false;
                }
                readable.append(escape);
                at = close + 1;
            } else if (part.startsWith("..", at)) {
                readable.append("::");
                at += 2;
            } else {
                readable.append(c);
                at++;
            }
        }
        return true;
    }

    private static @Nullable String unescape(String code) {
        String known = ESCAPES.get(code);
        if (known != null) {
            return known;
        }
        if (!code.startsWith("u") || code.length() < 2 || code.length() > 7) {
            return null;
        }
        int value = 0;
        for (int i = 1; i < code.length(); i++) {
            int digit = Character.digit(code.charAt(i), 16);
            if (digit < 0) {
                return null;
            }
            value = value * 16 + digit;
        }
        return Character.isValidCodePoint(value) && !Character.isISOControl(value) ? Character.toString(value) : null;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
