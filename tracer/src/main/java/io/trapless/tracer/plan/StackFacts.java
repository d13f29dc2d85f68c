package io.trapless.tracer.plan;

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
    };

    /** Bytes below the stack pointer that are surely the thread's own. */
    int bytesLeft(long address);

    /** Bytes of these that the code at an address may be using: {@link #RED_ZONE}, or 0. */
    int redZone(long address);
}
