package io.trapless.cli;

import java.io.PrintStream;

/**
 * Where a command writes and how it learns that it shall end.
 *
 * @param out results; buffered, so an action flushes what must be seen at once
 * @param err notices and errors
 * @param interactive a person looks at {@code err}: live lines make sense
 * @param stop set by Ctrl-C and SIGTERM
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive, StopRequest stop) {

    /** Says one line to the user on standard error: {@code trapless: sentence}. */
    public void say(String sentence) {
        err.println("trapless: " + sentence);
        err.flush();
    }
}
