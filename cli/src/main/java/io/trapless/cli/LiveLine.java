package io.trapless.cli;

import java.io.PrintStream;
import java.util.Locale;

/**
 * The line that {@code record} shows while it runs: events a second, events lost, bytes. Drawn over itself on a terminal, and not at all elsewhere.
 * Owned by one thread.
 */
public final class LiveLine {
    private static final String ERASE = "\r\033[K";
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream err;
    private final boolean shown;
    private long lastNanos;
    private long lastEvents;
    private boolean drawn;

    /**
     * A line that has not been drawn.
     *
     * @param quiet never draw
     * @param startNanos {@link System#nanoTime()} at the start of the recording
     */
    public LiveLine(Terminal terminal, boolean quiet, long startNanos) {
        err = terminal.err();
        shown = terminal.interactive() && !quiet;
        lastNanos = startNanos;
    }

    /**
     * Draws the line.
     *
     * @param nowNanos {@link System#nanoTime()}
     * @param events events recorded since the start
     * @param lost events lost since the start
     * @param bytes bytes recorded since the start
     */
    public void update(long nowNanos, long events, long lost, long bytes) {
        if (!shown || nowNanos <= lastNanos) {
            return;
        }
        double perSecond = (double) (events - lastEvents) * NANOS_PER_SECOND / (nowNanos - lastNanos);
        lastNanos = nowNanos;
        lastEvents = events;
        err.print(ERASE + text(perSecond, events, lost, bytes));
        err.flush();
        drawn = true;
    }

    /** Takes the line away. */
    public void clear() {
        if (drawn) {
            err.print(ERASE);
            err.flush();
            drawn = false;
        }
    }

    static String text(double perSecond, long events, long lost, long bytes) {
        return scaled(perSecond, 1000, "") + " events/s, " + events + " events, " + lost + " lost, "
                + scaled((double) bytes, 1024, "B");
    }

    private static String scaled(double amount, int step, String unit) {
        String[] prefixes = {"", "K", "M", "G", "T"};
        int power = 0;
        double left = amount;
        while (left >= step && power < prefixes.length - 1) {
            left /= step;
            power++;
        }
        String number = power == 0 ? Long.toString(Math.round(left)) : String.format(Locale.ROOT, "%.1f", left);
        return unit.isEmpty() ? number + prefixes[power] : number + " " + prefixes[power] + unit;
    }
}
