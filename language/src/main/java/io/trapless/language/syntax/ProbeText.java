package io.trapless.language.syntax;

/** How the parts of an attach point are written. */
final class ProbeText {
    private ProbeText() {}

    /** Whether {@code c} may stand in a part that has no quotes. */
    static boolean isBare(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_-+./*?[]$@!~%^#".indexOf(c) >= 0
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

    /** A function's name, in quotes also if it would be taken for an address or for an offset from another function. */
    static String quoteFunction(String pattern) {
        boolean ambiguous = (!pattern.isEmpty() && Character.isDigit(pattern.charAt(0))) || pattern.indexOf('+') >= 0;
        return ambiguous ? StringText.quote(pattern) : quote(pattern);
    }

    /** A source file's name, in quotes also if it would be taken for a source language. */
    static String quoteFile(String file) {
        return file.equals("cpp") ? StringText.quote(file) : quote(file);
    }
}
