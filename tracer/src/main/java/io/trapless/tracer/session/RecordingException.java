package io.trapless.tracer.session;

/** A recording that could not be made; the message is what the user is told. */
public final class RecordingException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean usage;

    private RecordingException(String sentence, boolean usage) {
        super(sentence);
        this.usage = usage;
    }

    /** Something could not be done. */
    public static RecordingException failed(String sentence) {
        return new RecordingException(sentence, false);
    }

    /** What was asked for makes no sense: an error in a clause. */
    public static RecordingException wrongUsage(String text) {
        return new RecordingException(text, true);
    }

    /** Whether the user's words were wrong, rather than the world. */
    public boolean isUsage() {
        return usage;
    }

    /** What is wrong and what to do. */
    public String sentence() {
        String message = getMessage();
        return message == null ? "unknown failure" : message;
    }
}
