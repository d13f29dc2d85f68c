package io.trapless.language.expand;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;

/** All texts of a program, laid end to end: an offset tells the text and the place in it. */
public final class Sources {
    private final List<Source> sources = new ArrayList<>();
    private final List<Integer> bases = new ArrayList<>();
    private int end;

    /** Adds a text; gives what to add to its own offsets. */
    int add(Source source) {
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
