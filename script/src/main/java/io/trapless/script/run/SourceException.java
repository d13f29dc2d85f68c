package io.trapless.script.run;

/** Events can't be had. The message is one sentence for the user. */
public final class SourceException extends Exception {
    private final String where;

    public SourceException(String sentence) {
        this("", sentence);
    }

    /** @param where the place in the program, as messages show it; may be empty */
    public SourceException(String where, String sentence) {
        super(sentence);
        this.where = where;
    }

    /** The whole message as bpftrace words its errors. */
    public String text() {
        return (where.isEmpty() ? "" : where + ": ") + "ERROR: " + getMessage();
    }
}
