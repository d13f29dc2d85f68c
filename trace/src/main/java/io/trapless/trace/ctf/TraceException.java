package io.trapless.trace.ctf;

import java.io.IOException;

/** A trace that can't be written or read on; its message is one sentence for the user that says what is wrong and what to do. */
public final class TraceException extends IOException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for programs. */
    public enum Reason {
        /** The directory to write exists and holds something. */
        NOT_EMPTY,
        /** No room for another packet; all packets before it are whole. */
        DISK_FULL,
        /** A file can't be created, written or read. */
        IO,
        /** The directory holds no CTF trace. */
        NOT_A_TRACE,
        /** Valid CTF, perhaps, but of a kind that Trapless does not write. */
        UNSUPPORTED,
        /** The bytes contradict themselves. */
        DAMAGED
    }

    private static final int MAX_LENGTH = 500;

    private final Reason reason;

    public TraceException(Reason reason, String sentence) {
        super(oneLine(sentence));
        this.reason = reason;
    }

    public TraceException(Reason reason, String sentence, Throwable cause) {
        super(oneLine(sentence), cause);
        this.reason = reason;
    }

    /** The trace holds {@code what}. */
    static TraceException unsupported(String what) {
        return new TraceException(
                Reason.UNSUPPORTED, "The trace has " + what + " in it, which Trapless can't read; try babeltrace2.");
    }

    /** Names and words of a file may hold anything, at any length. */
    private static String oneLine(String sentence) {
        String line = sentence.replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}]", "?");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "...";
    }

    public Reason reason() {
        return reason;
    }
}
