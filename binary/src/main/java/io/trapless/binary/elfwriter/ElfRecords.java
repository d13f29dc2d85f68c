package io.trapless.binary.elfwriter;

import java.nio.ByteBuffer;

/** The fixed-size structures of ELF-64 (gABI, "Object Files"), each written at a buffer's position; the buffer is little-endian. */
final class ElfRecords {
    static final int HEADER_SIZE = 64;
    static final int SEGMENT_SIZE = 56;
    static final int SECTION_SIZE = 64;
    static final int SYMBOL_SIZE = 24;
    static final int RELA_SIZE = 24;
    static final int DYNAMIC_SIZE = 16;

    static final int SHT_PROGBITS = 1;
    static final int SHT_STRTAB = 3;
    static final int SHT_RELA = 4;
    static final int SHT_HASH = 5;
    static final int SHT_DYNAMIC = 6;
    static final int SHT_DYNSYM = 11;
    static final int SHF_WRITE = 1;
    static final int SHF_ALLOC = 2;
    static final int SHF_EXECINSTR = 4;

    private static final int ET_DYN = 3;
    private static final int EM_X86_64 = 62;
    private static final int R_X86_64_GLOB_DAT = 6;

    private ElfRecords() {}

    /** A section header in the making; {@code at} its address and file offset. */
    record Section(
            String name,
            int type,
            int flags,
            long address,
            long offset,
            long sizeBytes,
            int link,
            int info,
            int alignment,
            int entryBytes) {}

    /** The file's header; the program headers follow it, and the last section holds the sections' names. */
    static void header(ByteBuffer file, int segments, long sectionsAt, int sections) {
        file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        file.putShort((short) ET_DYN).putShort((short) EM_X86_64).putInt(1);
        file.putLong(0).putLong(HEADER_SIZE).putLong(sectionsAt).putInt(0);
        file.putShort((short) HEADER_SIZE);
        file.putShort((short) SEGMENT_SIZE).putShort((short) segments);
        file.putShort((short) SECTION_SIZE).putShort((short) sections).putShort((short) (sections - 1));
    }

    /** A program header whose segment lies in the file where it lies in memory. */
    static void segment(ByteBuffer file, int type, int flags, long at, long sizeBytes, long alignment) {
        file.putInt(type).putInt(flags);
        file.putLong(at).putLong(at).putLong(at);
        file.putLong(sizeBytes).putLong(sizeBytes).putLong(alignment);
    }

    static void section(ByteBuffer file, Section section, int nameOffset) {
        file.putInt(nameOffset).putInt(section.type).putLong(section.flags);
        file.putLong(section.address).putLong(section.offset).putLong(section.sizeBytes);
        file.putInt(section.link).putInt(section.info);
        file.putLong(section.alignment).putLong(section.entryBytes);
    }

    /** The word at {@code slot} becomes the symbol's address (psABI, R_X86_64_GLOB_DAT). */
    static void globDat(ByteBuffer file, long slot, int symbol) {
        file.putLong(slot).putLong((long) symbol << 32 | R_X86_64_GLOB_DAT).putLong(0);
    }
}
