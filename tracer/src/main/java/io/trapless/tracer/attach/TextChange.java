package io.trapless.tracer.attach;

/** One piece of text to be replaced. Immutable: nobody may change the arrays it was made of, or those it hands out. */
public final class TextChange {
    private final long address;
    private final byte[] expected;
    private final byte[] replacement;

    /**
     * A change that is yet to be made.
     *
     * @param address first byte
     * @param expected what must stand there now
     * @param replacement what shall stand there; as long as {@code expected}
     */
    public TextChange(long address, byte[] expected, byte[] replacement) {
        if (expected.length != replacement.length || expected.length == 0) {
            throw new IllegalArgumentException("a change replaces bytes one for one");
        }
        this.address = address;
        this.expected = expected;
        this.replacement = replacement;
    }

    /** Address of the first byte. */
    public long address() {
        return address;
    }

    /** Address behind the last byte. */
    public long end() {
        return address + expected.length;
    }

    public byte[] expected() {
        return expected;
    }

    public byte[] replacement() {
        return replacement;
    }

    /** The change that undoes this one. */
    public TextChange inverse() {
        return new TextChange(address, replacement, expected);
    }
}
