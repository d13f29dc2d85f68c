package io.trapless.trace.ctf;

/**
 * Events that a target could not record because a ring was full.
 *
 * @param events how many
 * @param fromTsc TSC cycles before the first of them
 * @param toTsc TSC cycles after the last of them
 * @param cpu whose ring
 */
public record Loss(long events, long fromTsc, long toTsc, int cpu) {}
