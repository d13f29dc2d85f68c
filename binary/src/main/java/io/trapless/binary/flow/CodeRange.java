package io.trapless.binary.flow;

/**
 * Addresses from {@code start}, inclusive, to {@code end}, exclusive.
 *
 * @param end equal to {@code start} where only the beginning is known
 */
public record CodeRange(long start, long end) {
    public CodeRange {
        if (end < start) {
            throw new IllegalArgumentException("range ends before it starts: " + start + ".." + end);
        }
    }

    public boolean contains(long address) {
        return start <= address && address < end;
    }

    public boolean intersects(long from, long to) {
        return start < to && from < end;
    }
}
