package io.trapless.tracer.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The reader's access to one ring of shared memory: every load and store that the consumer does, and nothing else. Tests put the writers' steps between any two of these calls.
 *
 * <p>Values and bytes that come from here are the target's to choose.
 */
interface RingMemory {
    /** Loads {@code head} with acquire: what writers stored before they published it is seen by the copies that follow. */
    long headAcquire();

    /** Loads {@code consumed}: what a reader stored, or a target over it. */
    long consumed();

    /** Loads the ring's loss counter. */
    long lost();

    /** Loads where a late writer has found the head that had written into a slot, of an atomic ring; 0 if there was none. */
    long spoiledAt(int slot);

    /** Loads the loss counter of one event id. */
    long lostOf(int eventId) throws IOException;

    /**
     * Copies data bytes from {@code position} on; the range must not cross the end of a sub-buffer.
     *
     * @throws IOException the file is shorter than it was, or cannot be read
     */
    void copyData(long position, MemorySegment target, long targetOffset, long sizeBytes) throws IOException;

    /** Copies the 16-bit commit marks of {@code count} granules from {@code position} on; they are loaded before any data that is copied later. */
    void copyMarks(long position, MemorySegment target, long targetOffset, long count) throws IOException;

    /** Stores {@code consumed} with release: the copies before it are complete when a writer sees it. */
    void releaseConsumed(long position);
}
