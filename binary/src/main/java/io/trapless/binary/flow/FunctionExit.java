package io.trapless.binary.flow;

/**
 * An instruction by which a function is left for good.
 *
 * @param address of the instruction, as the file states it
 */
public record FunctionExit(long address, Kind kind) {
    /** How it is left. */
    public enum Kind {
        /** A near return: whatever the function returns stands in its registers. */
        RETURN,
        /** A jump to another function, which returns in this one's place. */
        TAIL,
        /** The same if a condition holds: the instruction is a conditional jump. */
        CONDITIONAL_TAIL
    }
}
