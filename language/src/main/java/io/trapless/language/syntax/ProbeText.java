package io.trapless.language.syntax;

/** How the parts of an attach point are written. */
final class ProbeText {
    private ProbeText() {}

    /** Whether {@code c} may stand in a part that has no quotes. */
    static boolean isBare(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_-./*?[]$@!~%^#".indexOf(c) >= 0
                || c >= 0x80;
    }

    /** {@code part}, in double quotes if it holds a character that would end it. */
    static String quote(String part) {
        boolean bare = !part.isEmpty();
        for (int i = 0; i < part.length(); i++) {
            bare &= isBare(part.charAt(i));
        }
        return bare ? part : StringText.quote(part);
    }
}
