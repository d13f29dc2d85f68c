package io.trapless.binary.elf;

/** The file header's fields that are used, checked: 64-bit, little-endian, x86-64, executable or shared. Counts are as they stand, before their escapes. */
record ElfHeader(
        int type,
        long entryAddress,
        long programHeaderOffset,
        long sectionHeaderOffset,
        int programHeaderSize,
        int programHeaderCount,
        int sectionHeaderSize,
        int sectionHeaderCount,
        int sectionNamesIndex) {

    static ElfHeader read(ByteSource source) throws ElfException {
        if (source.sizeBytes() < 4 || source.read(0, 4).s32(0) != ElfConstants.MAGIC) {
            throw new ElfException(ElfError.NOT_ELF, "");
        }
        checkIdentity(source.read(0, Math.min(source.sizeBytes(), ElfConstants.HEADER_SIZE)));
        ByteView view = source.read(0, ElfConstants.HEADER_SIZE);
        int type = view.u16(16);
        if (type != ElfConstants.TYPE_EXEC && type != ElfConstants.TYPE_DYN) {
            throw new ElfException(ElfError.NOT_AN_IMAGE, "type " + type);
        }
        return new ElfHeader(
                type,
                view.s64(24),
                view.s64(32),
                view.s64(40),
                view.u16(54),
                view.u16(56),
                view.u16(58),
                view.u16(60),
                view.u16(62));
    }

    private static void checkIdentity(ByteView view) throws ElfException {
        int elfClass = view.u8(4);
        int data = view.u8(5);
        if (data == ElfConstants.BIG_ENDIAN) {
            throw new ElfException(ElfError.BIG_ENDIAN, "");
        }
        if (elfClass == ElfConstants.CLASS_32) {
            throw new ElfException(ElfError.THIRTY_TWO_BIT, "");
        }
        if (elfClass != ElfConstants.CLASS_64 || data != ElfConstants.LITTLE_ENDIAN) {
            throw new ElfException(ElfError.MALFORMED, "class " + elfClass + ", data " + data);
        }
        int machine = view.u16(18);
        if (machine != ElfConstants.MACHINE_X86_64) {
            throw new ElfException(ElfError.FOREIGN_MACHINE, "machine " + machine);
        }
    }
}
