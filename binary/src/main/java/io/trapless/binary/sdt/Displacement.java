package io.trapless.binary.sdt;

import io.trapless.binary.elf.ElfException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A sum of numbers and at most one symbol, as it stands before the parentheses of an operand or after {@code $}. */
record Displacement(@Nullable String symbol, long offset) {
    private static final Pattern TERM =
            Pattern.compile("([+-]*)(?:(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})|([A-Za-z_.][A-Za-z0-9_.$]*))");

    /** Null if the text is no such sum; an empty text is 0. */
    static @Nullable Displacement parse(String text) {
        String bare = text;
        if (bare.startsWith("(") && bare.endsWith(")")) {
            bare = bare.substring(1, bare.length() - 1);
        }
        Matcher matcher = TERM.matcher(bare);
        String symbol = null;
        long sum = 0;
        int at = 0;
        while (at < bare.length()) {
            if (!matcher.find(at)
                    || matcher.start() != at
                    || (at > 0 && matcher.group(1).isEmpty())) {
                return null;
            }
            boolean negative = matcher.group(1).chars().filter(c -> c == '-').count() % 2 != 0;
            String number = matcher.group(2);
            if (number != null) {
                Long value = number(number);
                if (value == null) {
                    return null;
                }
                sum += negative ? -value : value;
            } else if (symbol != null || negative) {
                return null;
            } else {
                symbol = matcher.group(3);
            }
            at = matcher.end();
        }
        return new Displacement(symbol, sum);
    }

    /** As the assembler reads it: 0x hexadecimal, leading 0 octal, up to 64 bits. */
    private static @Nullable Long number(String text) {
        try {
            if (text.startsWith("0x") || text.startsWith("0X")) {
                return Long.parseUnsignedLong(text, 2, text.length(), 16);
            }
            return Long.parseUnsignedLong(text, text.length() > 1 && text.startsWith("0") ? 8 : 10);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The same with the symbol's address added to the offset; null if the symbol is unknown. */
    @Nullable Displacement resolve(SymbolAddresses symbols) throws ElfException {
        if (symbol == null) {
            return this;
        }
        OptionalLong address = symbols.addressOf(symbol);
        return address.isPresent() ? new Displacement(symbol, offset + address.getAsLong()) : null;
    }
}
