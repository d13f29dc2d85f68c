package io.trapless.tracer.plan;

import org.jspecify.annotations.Nullable;

/** What is known of the stack below code of an image. Addresses are as the file states them. */
public interface StackFacts {
    /** Bytes below the stack pointer that the code may use without having lowered it (System V ABI, x86-64: the red zone). */
    int RED_ZONE = 128;

    /** Of code that runs on a stack of a usual size. */
    StackFacts AMPLE = new StackFacts() {
        @Override
        public int bytesLeft(long address) {
            return Integer.MAX_VALUE;
        }

        @Override
        public int redZone(long address) {
            return RED_ZONE;
        }

        @Override
        public @Nullable StackBound bound(long address) {
            return null;
        }

        @Override
        public int scratchRegisters(long address) {
            return 0;
        }
    };

    /** Bytes below the stack pointer that are surely the thread's own. */
    int bytesLeft(long address);

    /** Bytes of these that the code at an address may be using: {@link #RED_ZONE}, or 0. */
    int redZone(long address);

    /** How the code can find out how much there is when it runs there; null if it can't, or if that would not be enough. */
    @Nullable StackBound bound(long address);

    /** Registers, bit n: general register n, that hold nothing at an address, beyond what the code there shows; where there are any, the flags hold nothing either. */
    int scratchRegisters(long address);
}
