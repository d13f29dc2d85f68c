package io.trapless.binary.elf;

/**
 * Call frame instructions up to the first that moves on (DWARF 5, section 6.4.2): whether the canonical frame address is anything but the stack pointer plus the return address. Behind a first step of so few bytes that nothing but pushes fits into them, whether it is
 * further off than they can have made it: GCC puts a nop before a landing pad that would be the first instruction of a part.
 */
final class FirstFrameRow {
    private static final int ADVANCE_LOC = 1;
    private static final int OFFSET = 2;
    private static final int RESTORE = 3;

    /** DWARF's number of rsp. */
    private static final int STACK_POINTER = 7;

    private static final int RETURN_ADDRESS_SIZE = 8;

    /** What a push adds, which takes a byte of code at the least. */
    private static final int PUSHED_SIZE = 8;

    /** Bytes of {@code sub $8, %rsp}: shorter is nothing else that lowers the stack. */
    private static final int SUBTRACTION_BYTES = 4;

    private final ByteCursor cursor;
    private final long end;
    private boolean inFrame;

    /** Bytes of code before the row that is being read. */
    private int advanced;

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
                int bytes = opcode & 0x3F;
                boolean soon = advanced == 0 && bytes < SUBTRACTION_BYTES;
                advanced += bytes;
                return soon;
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
                note(register != STACK_POINTER, offset);
            }
            case 0x0D -> note(cursor.uleb128() != STACK_POINTER, RETURN_ADDRESS_SIZE); // def_cfa_register
            case 0x0E -> note(false, cursor.uleb128()); // def_cfa_offset
            default -> {
                return false; // moves on, an expression, or unknown
            }
        }
        return true;
    }

    private void note(boolean elsewhere, long offset) {
        if (advanced == 0) {
            inFrame = elsewhere || offset != RETURN_ADDRESS_SIZE;
        } else {
            inFrame |= offset > RETURN_ADDRESS_SIZE + (long) advanced * PUSHED_SIZE;
        }
    }
}
