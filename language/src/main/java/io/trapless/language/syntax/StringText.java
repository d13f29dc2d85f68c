package io.trapless.language.syntax;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Strings of the language are byte strings: source text stands for its UTF-8 bytes, and an escape such as {@code \xff} for one byte. In Java they are kept as a {@code String} in which a byte of 0x80 or more that
 * came from an escape is the lone surrogate U+DC00 + byte (as Python's "surrogateescape" does), so nothing is lost.
 */
public final class StringText {
    private static final int ESCAPE_BASE = 0xDC00;

    private StringText() {}

    /** The character that stands for {@code value} (0 to 255) written as an escape. */
    static char escaped(int value) {
        return (char) (value < 0x80 ? value : ESCAPE_BASE + value);
    }

    private static boolean isEscapedByte(int codePoint) {
        return codePoint >= ESCAPE_BASE + 0x80 && codePoint <= ESCAPE_BASE + 0xFF;
    }

    /** The bytes that a string of the language stands for, without a NUL. */
    public static byte[] bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        text.codePoints().forEach(c -> {
            if (isEscapedByte(c)) {
                out.write(c - ESCAPE_BASE);
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }

    /** {@code text} as a literal: in double quotes, with escapes. */
    public static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (isEscapedByte(c)) {
                        out.append(String.format("\\x%02x", c - ESCAPE_BASE));
                    } else if (c < 0x20 || c == 0x7F) {
                        out.append(String.format("\\x%02x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }
}
