package io.trapless.tracer.session;

/**
 * What attaching to one process took.
 *
 * @param attachNanos from opening it to the last thread's release
 * @param pauseNanos the longest time for which its threads stood still
 */
record AttachTimes(long attachNanos, long pauseNanos) {}
