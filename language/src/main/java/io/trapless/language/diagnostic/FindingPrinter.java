package io.trapless.language.diagnostic;

import java.util.List;
import java.util.Locale;

/**
 * Findings about programs as bpftrace shows its own: the place as {@code FILE:LINE:FIRST-END} (columns from 1, in bytes; only the lines for a range of several), then the line and a row of tildes under the place.
 *
 * <pre>
 *   stdin:1:9-14: ERROR: Undefined or undeclared variable: $foo
 *   begin { $foo }
 *           ~~~~
 *   HINT: ...
 * </pre>
 *
 * The end column is the one after the last character.
 */
public final class FindingPrinter {
    private FindingPrinter() {}

    /** Errors first, then warnings, each ending with a line end. */
    public static String print(List<Finding> findings) {
        StringBuilder out = new StringBuilder();
        for (Finding.Severity severity : Finding.Severity.values()) {
            findings.stream().filter(f -> f.severity() == severity).forEach(f -> print(f, out));
        }
        return out.toString();
    }

    private static void print(Finding finding, StringBuilder out) {
        String kind = finding.severity().name() + ": ";
        Finding.Place place = finding.place();
        if (place == null) {
            out.append(kind).append(finding.message()).append('\n');
        } else {
            print(place, kind + finding.message(), out);
        }
        for (Finding.Note note : finding.notes()) {
            print(note.place(), kind + note.message(), out);
        }
        for (String hint : finding.hints()) {
            out.append("HINT: ").append(hint).append('\n');
        }
        for (Finding.Place caller : finding.expandedFrom()) {
            print(caller, kind + "expanded from", out);
        }
    }

    private static void print(Finding.Place place, String message, StringBuilder out) {
        out.append(location(place)).append(": ").append(message).append('\n');
        Source source = place.source();
        int start = Math.min(place.span().start(), source.text().length());
        int end = Math.clamp(place.span().end(), start, source.text().length());
        int firstLine = source.line(start);
        int lastLine = source.line(end);
        if (firstLine != lastLine) {
            int offset = start;
            for (int line = firstLine; line <= lastLine; line++) {
                String text = source.lineText(offset);
                out.append(visible(text)).append('\n');
                offset = source.lineStart(offset) + text.length() + 1;
            }
            return;
        }
        String line = source.lineText(start);
        int lineStart = source.lineStart(start);
        out.append(visible(line).replace("\t", "    ")).append('\n');
        for (int i = lineStart; i < end; i++) {
            char mark = i < start ? ' ' : '~';
            char c = line.charAt(i - lineStart);
            if (!Character.isLowSurrogate(c)) {
                out.append(String.valueOf(mark).repeat(c == '\t' ? 4 : 1));
            }
        }
        out.append('\n');
    }

    /** {@code FILE:LINE:FIRST-END} or {@code FILE:FIRST-LAST} for a range of several lines. */
    public static String location(Finding.Place place) {
        Source source = place.source();
        int start = Math.min(place.span().start(), source.text().length());
        int end = Math.clamp(place.span().end(), start, source.text().length());
        int first = source.line(start);
        int last = source.line(end);
        if (first != last) {
            return String.format(Locale.ROOT, "%s:%d-%d", source.name(), first, last);
        }
        int lineStart = source.lineStart(start);
        return String.format(
                Locale.ROOT, "%s:%d:%d-%d", source.name(), first, start - lineStart + 1, end - lineStart + 1);
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
