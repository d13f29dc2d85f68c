package io.trapless.script.run;

/** Events can't be had. The message is one sentence for the user. */
public final class SourceException extends Exception {
    public SourceException(String sentence) {
        super(sentence);
    }
}
