package io.trapless.tracer.symbol;

/**
 * A place in a file.
 *
 * @param buildId hexadecimal, empty if the file has none
 * @param offset in the file, bytes
 */
public record FilePlace(String buildId, long offset) {}
