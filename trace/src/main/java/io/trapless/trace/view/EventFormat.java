package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;

/** How one event becomes one line. */
interface EventFormat {
    /** Prints {@code event}, which happened at {@code time}; without the end of the line. */
    void print(EventRecord event, WallClock time, ByteSink sink);
}
