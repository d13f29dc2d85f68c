/**
 * Pairs the entries and exits of functions that a recording with durations holds, per thread, by the stack pointer. Works on events in time order; knows nothing of files or formats, and writes
 * nothing.
 */
@org.jspecify.annotations.NullMarked
package io.trapless.trace.pairing;
