package io.trapless.binary.elf;

/**
 * One program header.
 *
 * @param type the {@code PT_*} number
 * @param flags {@code PF_R|PF_W|PF_X}
 * @param offset where it starts in the file
 * @param address its virtual address in the file's terms
 */
public record Segment(int type, int flags, long offset, long address, long fileSizeBytes, long memorySizeBytes) {
    public boolean isLoaded() {
        return type == ElfConstants.PT_LOAD;
    }

    /** Whether it holds notes; such a segment lies within a loaded one. */
    public boolean isNote() {
        return type == ElfConstants.PT_NOTE;
    }

    public boolean isExecutable() {
        return (flags & ElfConstants.PF_X) != 0;
    }

    public boolean isWritable() {
        return (flags & ElfConstants.PF_W) != 0;
    }

    /** The address after its last byte in memory. */
    public long endAddress() {
        return address + memorySizeBytes;
    }

    public boolean contains(long anAddress) {
        return anAddress >= address && anAddress - address < memorySizeBytes;
    }

    /** Whether the byte at {@code anAddress} comes from the file (not from zero fill). */
    public boolean containsInFile(long anAddress) {
        return anAddress >= address && anAddress - address < fileSizeBytes;
    }
}
