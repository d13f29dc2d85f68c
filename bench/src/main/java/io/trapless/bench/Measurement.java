package io.trapless.bench;

/**
 * What a target measured about itself in one run.
 *
 * @param cpuNanos CPU time of all threads together
 * @param wallNanos from the first thread's start to the last one's end
 * @param events calls of all threads together
 */
record Measurement(long cpuNanos, long wallNanos, long events) {

    double nanosPerEvent() {
        return (double) cpuNanos / events;
    }
}
