package io.trapless.script.run;

import io.trapless.script.runtime.Moment;

/**
 * Where the events of a program's probes come from, in the order of their times. Armed when it is made, idle until it is polled. For one thread.
 */
public interface EventSource extends AutoCloseable {
    /** Takes events. */
    interface Sink {
        /**
         * One event.
         *
         * @param action which action of the program it is for
         * @param moment valid during the call only
         */
        void event(int action, Moment moment);

        /** Whether more is wanted: not after {@code exit}. */
        boolean wantsMore();

        /**
         * Time has come so far: no earlier event follows. Only a recorded trace calls it, whose clock is the trace's.
         *
         * @param bootNanos CLOCK_BOOTTIME
         */
        void reached(long bootNanos);

        /** Up to when {@link #reached} would change nothing, CLOCK_BOOTTIME: a source need not call it for each event. */
        default long nextDue() {
            return Long.MIN_VALUE;
        }
    }

    /** Places that are armed. */
    long attachedProbes();

    /** Whether time is that of the events, not the wall's. */
    boolean isRecorded();

    /** Lets the target run, if it was held until everything was ready. */
    void begin() throws SourceException;

    /**
     * Hands over events that have come, and waits for some if there are none.
     *
     * @param timeoutNanos how long to wait at most
     */
    void poll(Sink sink, long timeoutNanos) throws SourceException, InterruptedException;

    /** Whether nothing can come any more: the trace or the process has ended, and everything was handed over. */
    boolean isEnded();

    /** Takes the probes out of their places. What has come before can still be polled. */
    void stop() throws InterruptedException;

    /** Hands over what has been accumulated in tables since the last time, where actions are pushed down; still possible when it has stopped. */
    default void readTables(TableSink sink) {}

    /** Events that were lost so far. */
    long lostEvents();

    @Override
    void close();
}
