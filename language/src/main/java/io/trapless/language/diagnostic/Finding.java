package io.trapless.language.diagnostic;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error or warning about a program, in bpftrace's form (see {@link FindingPrinter}).
 *
 * @param place where; null for one about the whole
 * @param notes further places that belong to it, each with its own sentence; may be empty
 * @param hints what to do, one line each; may be empty
 * @param expandedFrom the places of the macro calls, innermost first, through which the place came into being; may be empty
 */
public record Finding(
        Severity severity,
        String message,
        @Nullable Place place,
        List<Note> notes,
        List<String> hints,
        List<Place> expandedFrom) {
    public Finding {
        notes = List.copyOf(notes);
        hints = List.copyOf(hints);
        expandedFrom = List.copyOf(expandedFrom);
    }

    public enum Severity {
        ERROR,
        WARNING
    }

    /** A place and what it has to do with the matter. */
    public record Note(String message, Place place) {}

    /** A range of one source. */
    public record Place(Source source, Span span) {}

    public static Finding error(@Nullable Place place, String message) {
        return new Finding(Severity.ERROR, message, place, List.of(), List.of(), List.of());
    }

    public static Finding warning(@Nullable Place place, String message) {
        return new Finding(Severity.WARNING, message, place, List.of(), List.of(), List.of());
    }

    /** The same with one more hint. */
    public Finding hint(String hint) {
        List<String> all = new ArrayList<>(hints);
        all.add(hint);
        return new Finding(severity, message, place, notes, all, expandedFrom);
    }

    /** The same with one more note. */
    public Finding note(String text, Place where) {
        List<Note> all = new ArrayList<>(notes);
        all.add(new Note(text, where));
        return new Finding(severity, message, place, all, hints, expandedFrom);
    }

    /** The same, in the expansion of macros called at these places, innermost first. */
    public Finding within(List<Place> calls) {
        return new Finding(severity, message, place, notes, hints, calls);
    }

    /** An error of an earlier stage in this form. */
    public static Finding of(Source source, Diagnostic diagnostic) {
        Finding finding = error(new Place(source, diagnostic.span()), diagnostic.message());
        return diagnostic.hint() == null ? finding : finding.hint(diagnostic.hint());
    }
}
