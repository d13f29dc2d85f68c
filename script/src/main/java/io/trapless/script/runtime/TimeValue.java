package io.trapless.script.runtime;

/**
 * A time that prints in a format of its own.
 *
 * @param bootNanos CLOCK_BOOTTIME
 */
public record TimeValue(long bootNanos, String format) {}
