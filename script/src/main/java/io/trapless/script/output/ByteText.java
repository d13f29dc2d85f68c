package io.trapless.script.output;

import io.trapless.language.syntax.StringText;
import java.nio.charset.StandardCharsets;

/**
 * Byte strings: a {@link String} of which each {@code char} is one byte. The JVM keeps such a string in one byte a character, hashes and compares it fast, and it can hold
 * what a target has in its memory whatever the encoding.
 */
public final class ByteText {
    private ByteText() {}

    /** The bytes of a text in UTF-8, as a byte string. */
    public static String ofUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return text;
    }

    /** The bytes that a string of the language stands for, as a byte string; see {@link StringText}. */
    public static String ofLiteral(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return new String(StringText.bytes(text), StandardCharsets.ISO_8859_1);
            }
        }
        return text;
    }

    /** The text that a byte string means in UTF-8; bytes that are not UTF-8 become replacement characters. */
    public static String toUnicode(String bytes) {
        return new String(bytes(bytes), StandardCharsets.UTF_8);
    }

    /** The byte string of {@code bytes} from {@code start} up to the first NUL, or to {@code end}. */
    public static String upToNul(byte[] bytes, int start, int end) {
        int stop = start;
        while (stop < end && bytes[stop] != 0) {
            stop++;
        }
        return new String(bytes, start, stop - start, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a byte string. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
