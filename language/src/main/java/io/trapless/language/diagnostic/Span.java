package io.trapless.language.diagnostic;

/**
 * A range of characters of a {@link Source}.
 *
 * @param start offset of the first character, zero-based
 * @param end offset after the last character; equal to {@code start} for a place between two characters
 */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("span " + start + ".." + end);
        }
    }

    /** The smallest range that holds this one and {@code other}. */
    public Span to(Span other) {
        return new Span(Math.min(start, other.start), Math.max(end, other.end));
    }
}
