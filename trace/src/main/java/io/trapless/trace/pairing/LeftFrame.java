package io.trapless.trace.pairing;

/**
 * A call whose exit was not seen.
 *
 * @param entryId event id of its entry
 * @param pid its thread's process
 * @param tid its thread
 * @param entryTsc when it began, cycles
 * @param leftTsc when it was certainly over, cycles: the thread was seen above its frame; for {@link How#UNFINISHED} the last event of the trace
 * @param cpu on which that was seen
 */
public record LeftFrame(int entryId, int pid, int tid, long entryTsc, long leftTsc, int cpu, How how) {
    /** What became of it. */
    public enum How {
        /** Its frame was thrown away: by an exception, by longjmp, or by an exit that is not recorded. */
        UNWOUND("unwound"),
        /** The thread ended in it, or was still in it when the recording ended. */
        UNFINISHED("unfinished");

        private final String text;

        How(String text) {
            this.text = text;
        }

        /** For the user. */
        public String text() {
            return text;
        }
    }
}
