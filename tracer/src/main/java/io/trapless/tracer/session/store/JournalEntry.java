package io.trapless.tracer.session.store;

import io.trapless.tracer.attach.TextChange;

/** One change to a target, noted before it is made (or, for those that undo, after it was made). */
public sealed interface JournalEntry {
    /** Whose memory it is. */
    ProcessKey process();

    /** First address that it concerns. */
    long address();

    /** Memory of ours at {@code address}. */
    record Mapped(ProcessKey process, long address, long sizeBytes) implements JournalEntry {}

    /** That memory is gone. */
    record Unmapped(ProcessKey process, long address) implements JournalEntry {}

    /** Text that is replaced; {@link TextChange#expected} is the original. */
    record Patched(ProcessKey process, TextChange change) implements JournalEntry {
        @Override
        public long address() {
            return change.address();
        }
    }

    /** The original text stands there again. */
    record Restored(ProcessKey process, long address) implements JournalEntry {}

    /** A USDT semaphore that is raised by one. */
    record SemaphoreRaised(ProcessKey process, long address) implements JournalEntry {}

    /** That semaphore is lowered by one. */
    record SemaphoreLowered(ProcessKey process, long address) implements JournalEntry {}

    /** The process has become another program, or has ended: whatever was noted of it before is gone with its memory. */
    record Replaced(ProcessKey process) implements JournalEntry {
        @Override
        public long address() {
            return 0;
        }
    }
}
