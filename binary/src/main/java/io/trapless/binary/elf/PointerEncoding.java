package io.trapless.binary.elf;

/** Reads a DW_EH_PE-encoded pointer (LSB, "DWARF Exception Header Encoding"). */
public final class PointerEncoding {
    public static final int OMIT = 0xFF;

    private static final int INDIRECT = 0x80;
    private static final int RELATIVE_MASK = 0x70;
    private static final int PC_RELATIVE = 0x10;
    private static final int DATA_RELATIVE = 0x30;
    private static final int FORMAT_MASK = 0x0F;

    private PointerEncoding() {}

    /**
     * @param cursor stands on the pointer; moved behind it
     * @param viewAddress the address of the view's first byte
     * @param dataBase what data-relative pointers are relative to
     * @return the pointer; 0 (before any base is added) means none
     */
    public static long read(ByteCursor cursor, int encoding, long viewAddress, long dataBase, ElfFile file)
            throws ElfException {
        long place = viewAddress + cursor.position();
        long value = readFormat(cursor, encoding);
        if (encoding == 0 && file.isPositionIndependent()) {
            // An absolute pointer of a position-independent file stands in its relocation.
            return file.pointerAt(place);
        }
        if (value == 0) {
            return 0;
        }
        switch (encoding & RELATIVE_MASK) {
            case 0 -> {}
            case PC_RELATIVE -> value += place;
            case DATA_RELATIVE -> value += dataBase;
            default ->
                throw new ElfException(ElfError.MALFORMED, "pointer encoding 0x" + Integer.toHexString(encoding));
        }
        return (encoding & INDIRECT) != 0 ? file.pointerAt(value) : value;
    }

    /** The number alone, for lengths and for offsets within a table. */
    public static long readFormat(ByteCursor cursor, int encoding) throws ElfException {
        return switch (encoding & FORMAT_MASK) {
            case 0x0, 0x4, 0xC -> cursor.s64();
            case 0x1 -> cursor.uleb128();
            case 0x2 -> cursor.u16();
            case 0x3 -> cursor.s32() & 0xFFFF_FFFFL;
            case 0x9 -> cursor.sleb128();
            case 0xA -> (short) cursor.u16();
            case 0xB -> cursor.s32();
            default ->
                throw new ElfException(ElfError.MALFORMED, "pointer encoding 0x" + Integer.toHexString(encoding));
        };
    }
}
