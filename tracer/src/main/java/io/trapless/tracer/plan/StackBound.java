package io.trapless.tracer.plan;

/**
 * Where a thread finds the lowest address of the stack that it is on.
 *
 * @param threadOffset from the thread pointer (fs) to 8 bytes that hold an address, or 0 where the thread is on no such stack; the 8 bytes at that address are the bound
 */
public record StackBound(int threadOffset) {}
