package io.trapless.binary.flow;

/**
 * A place by which a function is left for good.
 *
 * @param address of an instruction, as the file states it
 * @param when on which of the ways through the instruction it is left
 */
public record FunctionExit(long address, Kind kind, When when) {
    /** How it is left. */
    public enum Kind {
        /** By a near return: whatever the function returns stands in its registers. */
        RETURN,
        /** On to another function, which returns in this one's place: there is no value yet. */
        TAIL
    }

    /** On which way. */
    public enum When {
        /** Whenever the instruction is come to. */
        ALWAYS,
        /** If the instruction, a conditional jump, is taken. */
        IF_TAKEN,
        /** If the instruction, a conditional jump, is not taken. */
        UNLESS_TAKEN,
        /** When the instruction is come to from the one before it, not by a branch. */
        FROM_BEFORE
    }
}
