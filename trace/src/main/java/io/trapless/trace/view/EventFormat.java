package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.pairing.LeftFrame;

/** How one event becomes one line. */
interface EventFormat {
    /** What stands for the length of a call where there is none. */
    long NO_DURATION = -1;

    /**
     * Prints {@code event}, which happened at {@code time}; without the end of the line.
     *
     * @param durationNanos how long the call took which it ends, or {@link #NO_DURATION}
     */
    void print(EventRecord event, WallClock time, long durationNanos, ByteSink sink);

    /**
     * Prints that a call was left without an exit, which was seen at {@code time}; without the end of the line.
     *
     * @param name of the exits of its function
     * @param durationNanos how long it took at the most
     */
    void printLeft(LeftFrame frame, String name, WallClock time, long durationNanos, ByteSink sink);
}
