package io.trapless.binary.dwarf;

/** Debugging information can't be had; the message is a sentence for the user. */
public final class DwarfException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the matter is. */
    public enum Reason {
        /** libdw is not installed. */
        NO_LIBRARY,
        /** The file has no DWARF, and none was found for it. */
        NO_DEBUG_INFO,
        /** What libdw says is wrong with it. */
        BAD_DEBUG_INFO
    }

    private final Reason reason;

    DwarfException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong and what to do. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
