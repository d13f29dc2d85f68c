package io.trapless.language.diagnostic;

/**
 * A text in the probe language and the name under which errors show it.
 *
 * @param name a file's name, or a word such as {@code -e} for a text from the command line
 * @param text the whole text
 */
public record Source(String name, String text) {
    /** The one-based line on which the character at {@code offset} stands; offsets past the end count as the end. */
    public int line(int offset) {
        int line = 1;
        for (int i = 0; i < Math.min(offset, text.length()); i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        return line;
    }

    /** The offset of the first character of the line on which {@code offset} stands. */
    public int lineStart(int offset) {
        return text.lastIndexOf('\n', Math.min(offset, text.length()) - 1) + 1;
    }

    /** The line on which {@code offset} stands, without its line end. */
    public String lineText(int offset) {
        int start = lineStart(offset);
        int end = text.indexOf('\n', start);
        return text.substring(start, end < 0 ? text.length() : end);
    }

    /** The characters of {@code span}. */
    public String text(Span span) {
        return text.substring(Math.min(span.start(), text.length()), Math.min(span.end(), text.length()));
    }
}
