package io.trapless.script.output;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a program, as messages at run time show it.
 *
 * @param file the source's name
 * @param line one-based
 * @param column one-based
 * @param text {@code file:line:column-column}, or {@code file:line-line}
 * @param context the line and a line that marks the place, or all lines if it spans several
 * @param expandedFrom the macro calls through which the place came into being, innermost first; may be empty
 */
public record Place(String file, int line, int column, String text, List<String> context, List<Place> expandedFrom) {
    /** For what is said of no place in the program. */
    public static final Place NOWHERE = new Place("", 0, 0, "", List.of(), List.of());

    public Place {
        context = List.copyOf(context);
        expandedFrom = List.copyOf(expandedFrom);
    }

    /** The place of {@code span} in {@code sources}. */
    public static Place of(Sources sources, Span span) {
        return of(sources, span, List.of());
    }

    /** The place of {@code span}, which came out of macros that were called at {@code calls}, innermost first. */
    public static Place of(Sources sources, Span span, List<Span> calls) {
        List<Place> expandedFrom =
                calls.stream().map(call -> of(sources, call, List.of())).toList();
        Finding.Place place = sources.place(span);
        return of(place.source(), place.span(), expandedFrom);
    }

    private static Place of(Source source, Span span, List<Place> expandedFrom) {
        int line = source.line(span.start());
        int lastLine = source.line(Math.max(span.start(), span.end()));
        int column = span.start() - source.lineStart(span.start()) + 1;
        if (line != lastLine) {
            List<String> lines = new ArrayList<>();
            for (int offset = source.lineStart(span.start()); offset < span.end(); ) {
                String text = source.lineText(offset);
                lines.add(text);
                offset = source.lineStart(offset) + text.length() + 1;
            }
            return new Place(
                    source.name(), line, column, source.name() + ":" + line + "-" + lastLine, lines, expandedFrom);
        }
        int endColumn = span.end() - source.lineStart(span.start()) + 1;
        String text = source.lineText(span.start());
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), endColumn - 1); i++) {
            String mark = i < column - 1 ? " " : "~";
            marks.append(text.charAt(i) == '\t' ? mark.repeat(4) : mark);
        }
        return new Place(
                source.name(),
                line,
                column,
                source.name() + ":" + line + ":" + column + "-" + endColumn,
                List.of(text.replace("\t", "    "), marks.toString()),
                expandedFrom);
    }
}
