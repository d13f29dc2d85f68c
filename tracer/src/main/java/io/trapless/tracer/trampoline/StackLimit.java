package io.trapless.tracer.trampoline;

import java.util.OptionalInt;

/**
 * How much stack code has where it runs.
 *
 * @param surely bytes below the stack pointer that are there always
 * @param boundAt from the thread pointer (fs) to 8 bytes that hold an address, or 0 where the thread is on no stack of the kind; the 8 bytes at that address are the lowest address of the stack. Empty if the code can't find out
 */
public record StackLimit(int surely, OptionalInt boundAt) {
    /** Of a stack of a usual size. */
    public static final StackLimit AMPLE = new StackLimit(Integer.MAX_VALUE, OptionalInt.empty());
}
