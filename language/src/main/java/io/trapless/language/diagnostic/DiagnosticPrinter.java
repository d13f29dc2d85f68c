package io.trapless.language.diagnostic;

import java.util.List;

/**
 * The form of errors on the terminal: place and sentence, the line, a caret under the place, and the hint.
 *
 * <pre>
 *   -e:1:21: error: unknown name 'agr0'
 *   uprobe:libc:malloc /agr0 &gt; 1/
 *                       ^~~~
 *   hint: did you mean 'arg0'?
 * </pre>
 */
public final class DiagnosticPrinter {
    private DiagnosticPrinter() {}

    /** Every error in turn; each ends with a line end. */
    public static String print(Source source, List<Diagnostic> diagnostics) {
        StringBuilder out = new StringBuilder();
        for (Diagnostic diagnostic : diagnostics) {
            print(source, diagnostic, out);
        }
        return out.toString();
    }

    private static void print(Source source, Diagnostic diagnostic, StringBuilder out) {
        int start = Math.min(diagnostic.span().start(), source.text().length());
        int lineStart = source.lineStart(start);
        String line = source.lineText(start);
        String before = line.substring(0, Math.min(start - lineStart, line.length()));
        int column = before.codePointCount(0, before.length()) + 1;
        out.append(source.name())
                .append(':')
                .append(source.line(start))
                .append(':')
                .append(column);
        out.append(": error: ").append(diagnostic.message()).append('\n');
        out.append(visible(line)).append('\n');
        out.append(before.replaceAll("[^\t]", " ").substring(0, padding(before)))
                .append('^');
        String marked = line.substring(
                before.length(), Math.clamp(diagnostic.span().end() - lineStart, before.length(), line.length()));
        out.append("~".repeat(Math.max(0, marked.codePointCount(0, marked.length()) - 1)))
                .append('\n');
        if (diagnostic.hint() != null) {
            out.append("hint: ").append(diagnostic.hint()).append('\n');
        }
    }

    private static int padding(String before) {
        return before.codePointCount(0, before.length());
    }

    /** {@code line} without control characters, which could drive the user's terminal. */
    private static String visible(String line) {
        return line.codePoints()
                .map(c -> c != '\t' && (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)
                        ? '?'
                        : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
