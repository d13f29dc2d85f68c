package io.trapless.tracer.trap;

/**
 * Why no trap can stand in for a jump.
 *
 * @param sentence for the user
 */
public record TrapRefusal(String sentence) {}
