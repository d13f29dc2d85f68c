package io.trapless.language.diagnostic;

import java.util.ArrayList;
import java.util.List;

/** All texts of a program, laid end to end: an offset tells the text and the place in it. */
public final class Sources {
    private final List<Source> sources = new ArrayList<>();
    private final List<Integer> bases = new ArrayList<>();
    private int end;

    /** Those of one text. */
    public static Sources of(Source source) {
        Sources sources = new Sources();
        sources.add(source);
        return sources;
    }

    /** Adds a text; gives what to add to its own offsets. */
    public int add(Source source) {
        int base = end;
        sources.add(source);
        bases.add(base);
        // One more, so that the end of a text is not the start of the next.
        end += source.text().length() + 1;
        return base;
    }

    /** The text and the place in it. */
    public Finding.Place place(Span span) {
        int index = sources.size() - 1;
        while (index > 0 && bases.get(index) > span.start()) {
            index--;
        }
        int base = bases.get(index);
        int length = sources.get(index).text().length();
        int from = Math.min(span.start() - base, length);
        return new Finding.Place(
                sources.get(index), new Span(from, Math.clamp(span.end() - (long) base, from, length)));
    }
}
