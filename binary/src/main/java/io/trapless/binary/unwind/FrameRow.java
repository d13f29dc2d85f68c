package io.trapless.binary.unwind;

import java.util.List;

/**
 * What call frame information says of one instruction.
 *
 * @param start the first address of which it says so
 * @param rules by DWARF register number, 0 to 16; 16 is the return address
 * @param signalFrame whether the frame was made by a signal: its return address is that of an instruction that has not run yet
 */
public record FrameRow(long start, CfaRule cfa, List<RegisterRule> rules, boolean signalFrame) {
    /** DWARF's numbers of registers. */
    public static final int RAX = 0;

    public static final int RBX = 3;
    public static final int RBP = 6;
    public static final int RSP = 7;

    /** The return address: a column without a register. */
    public static final int RETURN_ADDRESS = 16;

    /** Columns that are followed. */
    public static final int COLUMNS = 17;

    public FrameRow {
        rules = List.copyOf(rules);
    }

    public RegisterRule rule(int register) {
        return rules.get(register);
    }
}
