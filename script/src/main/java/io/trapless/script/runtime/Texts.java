package io.trapless.script.runtime;

/** Functions of byte strings. */
public final class Texts {
    private Texts() {}

    /** Whether the first {@code count} bytes differ: 0 or 1. A string ends at its NUL, which counts as a byte. */
    public static long differ(String a, String b, long count) {
        int length = (int) Math.min(count < 0 ? Integer.MAX_VALUE : count, Math.max(a.length(), b.length()));
        return a.length() >= length && b.length() >= length
                ? a.regionMatches(0, b, 0, length) ? 0 : 1
                : a.equals(b) ? 0 : 1;
    }

    /** {@code text} cut so that it fits {@code size} bytes with its NUL. */
    public static String fit(String text, int size) {
        return text.length() < size ? text : text.substring(0, Math.max(0, size - 1));
    }

    /** {@code text} as it fits {@code limit} bytes with its NUL; the limit is unsigned. */
    public static String limit(String text, long limit) {
        return limit < 0 || limit > text.length() ? text : text.substring(0, (int) Math.max(0, limit - 1));
    }

    /** The byte at {@code index} as {@code int8}; 0 outside. */
    public static long byteAt(String text, long index) {
        return index < 0 || index >= text.length() ? 0 : (byte) text.charAt((int) index);
    }
}
