package io.trapless.tracer.attach;

/**
 * Where a thread belongs that stands before an instruction which is being displaced.
 *
 * @param from address of the instruction as it was
 * @param to address of its equal
 */
public record RipMove(long from, long to) {}
