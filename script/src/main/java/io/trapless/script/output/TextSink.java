package io.trapless.script.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes on their way to a file or a terminal. An error is kept until it is asked for: what a program has to print must not stop it in the middle of an event. One thread
 * at a time.
 */
public final class TextSink {
    /** When what was written is handed on. */
    public enum Mode {
        /** After each line; several lines that one event or one batch of events writes may go together. */
        LINE,
        /** When the buffer is full. */
        FULL,
        /** At once. */
        NONE
    }

    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;
    private final Mode mode;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int used;
    private boolean lineComplete;
    private boolean broken;

    public TextSink(OutputStream out, Mode mode) {
        this.out = out;
        this.mode = mode;
    }

    /** Writes a byte string. */
    public void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > buffer.length - used) {
            drain();
        }
        if (bytes.length > buffer.length) {
            pass(bytes, bytes.length);
        } else {
            System.arraycopy(bytes, 0, buffer, used, bytes.length);
            used += bytes.length;
        }
        lineComplete |= text.indexOf('\n') >= 0;
        if (mode == Mode.NONE) {
            drain();
        }
    }

    /** Hands on what shall be seen by now: to be called between batches of events. */
    public void breathe() {
        if (mode == Mode.LINE && lineComplete) {
            drain();
        }
    }

    /** Hands on everything. */
    public void flush() {
        drain();
    }

    /** Whether the reader has gone or the disk is full. */
    public boolean isBroken() {
        return broken;
    }

    private void drain() {
        lineComplete = false;
        if (used > 0) {
            pass(buffer, used);
            used = 0;
        }
    }

    private void pass(byte[] bytes, int length) {
        if (broken) {
            return;
        }
        try {
            out.write(bytes, 0, length);
            out.flush();
        } catch (IOException e) {
            broken = true;
        }
    }
}
