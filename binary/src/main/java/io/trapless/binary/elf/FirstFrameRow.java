package io.trapless.binary.elf;

/**
 * Call frame instructions up to the first that moves on (DWARF 5, section 6.4.2): whether the canonical frame address is anything but the stack pointer plus the return address.
 */
final class FirstFrameRow {
    private static final int ADVANCE_LOC = 1;
    private static final int OFFSET = 2;
    private static final int RESTORE = 3;

    /** DWARF's number of rsp. */
    private static final int STACK_POINTER = 7;

    private static final int RETURN_ADDRESS_SIZE = 8;

    private final ByteCursor cursor;
    private final long end;
    private boolean inFrame;

    private FirstFrameRow(ByteCursor cursor, long end, boolean before) {
        this.cursor = cursor;
        this.end = end;
        this.inFrame = before;
    }

    /**
     * Reads from the cursor on.
     *
     * @param end behind the last instruction
     * @param before what held before the first one; from instructions that cannot be read on it stays what it is
     */
    static boolean isInFrame(ByteCursor cursor, long end, boolean before) {
        FirstFrameRow row = new FirstFrameRow(cursor, end, before);
        try {
            while (row.cursor.position() < row.end && row.step()) {
                // All is in the step.
            }
        } catch (ElfException e) {
            return before; // a damaged description describes nothing
        }
        return row.inFrame;
    }

    /** Whether the first row goes on. */
    private boolean step() throws ElfException {
        int opcode = cursor.u8();
        switch (opcode >>> 6) {
            case ADVANCE_LOC -> {
                return false;
            }
            case OFFSET -> cursor.uleb128();
            case RESTORE -> {}
            default -> {
                return stepExtended(opcode);
            }
        }
        return true;
    }

    private boolean stepExtended(int opcode) throws ElfException {
        switch (opcode) {
            case 0x00, 0x0A, 0x0B -> {} // nop, remember_state, restore_state
            case 0x05, 0x09, 0x14 -> { // offset_extended, register, val_offset
                cursor.uleb128();
                cursor.uleb128();
            }
            case 0x06, 0x07, 0x08, 0x2E -> cursor.uleb128(); // restore_extended, undefined, same_value, GNU_args_size
            case 0x0C -> { // def_cfa
                long register = cursor.uleb128();
                long offset = cursor.uleb128();
                inFrame = register != STACK_POINTER || offset != RETURN_ADDRESS_SIZE;
            }
            case 0x0D -> inFrame = cursor.uleb128() != STACK_POINTER; // def_cfa_register
            case 0x0E -> inFrame = cursor.uleb128() != RETURN_ADDRESS_SIZE; // def_cfa_offset
            default -> {
                return false; // moves on, an expression, or unknown
            }
        }
        return true;
    }
}
