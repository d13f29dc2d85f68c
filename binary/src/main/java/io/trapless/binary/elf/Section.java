package io.trapless.binary.elf;

/** One section header, its name resolved. Addresses and sizes are in bytes; {@code address} is 0 for a section that is not loaded. */
public record Section(
        int index,
        String name,
        int type,
        long flags,
        long address,
        long offset,
        long sizeBytes,
        int link,
        int info,
        long entrySizeBytes) {

    public boolean isAllocated() {
        return (flags & ElfConstants.SHF_ALLOC) != 0;
    }

    public boolean isExecutable() {
        return (flags & ElfConstants.SHF_EXECINSTR) != 0;
    }

    public boolean isWritable() {
        return (flags & ElfConstants.SHF_WRITE) != 0;
    }

    /** Whether it takes no room in the file: .bss, and everything loaded in a separate debug file. */
    public boolean isNoBits() {
        return type == ElfConstants.SHT_NOBITS;
    }

    public boolean isThreadLocal() {
        return (flags & ElfConstants.SHF_TLS) != 0;
    }

    public long endAddress() {
        return address + sizeBytes;
    }
}
