package io.trapless.tracer.session;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Segment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * By what a file is recognised where it is loaded: the program headers as they stand in memory, and the build id. Addresses are the file's own.
 *
 * @param programHeaders their bytes
 * @param buildId empty if no loaded note has one
 * @param buildIdAddress where its bytes are loaded
 */
record ModuleIdentity(byte[] programHeaders, byte[] buildId, long buildIdAddress) {
    private static final int ELF_HEADER_SIZE = 64;
    private static final int HEADERS_OFFSET_AT = 32;
    private static final int HEADER_COUNT_AT = 56;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int NOTE_HEADER_SIZE = 12;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554E47;

    /** Null if the file's headers are not loaded with it: then nothing in memory tells what it is. */
    static @Nullable ModuleIdentity of(ElfFile elf) throws ElfException {
        OptionalLong start = elf.addressOfFileOffset(0);
        if (start.isEmpty()) {
            return null;
        }
        ByteView header = elf.readAt(start.getAsLong(), ELF_HEADER_SIZE);
        OptionalLong headers = elf.addressOfFileOffset(header.s64(HEADERS_OFFSET_AT));
        if (headers.isEmpty()) {
            return null;
        }
        byte[] bytes = elf.readAt(headers.getAsLong(), (long) header.u16(HEADER_COUNT_AT) * PROGRAM_HEADER_SIZE)
                .toByteArray();
        for (Segment segment : elf.segments()) {
            if (segment.isNote() && isLoaded(elf, segment)) {
                ModuleIdentity found = find(elf.readAt(segment.address(), segment.fileSizeBytes()), segment, bytes);
                if (found != null) {
                    return found;
                }
            }
        }
        return new ModuleIdentity(bytes, new byte[0], 0);
    }

    private static boolean isLoaded(ElfFile elf, Segment part) {
        return part.fileSizeBytes() > 0
                && elf.segments().stream()
                        .anyMatch(segment -> segment.isLoaded()
                                && segment.containsInFile(part.address())
                                && segment.containsInFile(part.address() + part.fileSizeBytes() - 1));
    }

    private static @Nullable ModuleIdentity find(ByteView notes, Segment segment, byte[] headers) throws ElfException {
        long at = 0;
        while (at + NOTE_HEADER_SIZE <= notes.size()) {
            long nameSize = notes.u32(at);
            long size = notes.u32(at + 4);
            long content = at + NOTE_HEADER_SIZE + (nameSize + 3 & -4);
            if (notes.s32(at + 8) == NT_GNU_BUILD_ID && nameSize == 4 && notes.s32(at + NOTE_HEADER_SIZE) == GNU) {
                return new ModuleIdentity(
                        headers, notes.slice(content, size).toByteArray(), segment.address() + content);
            }
            at = content + (size + 3 & -4);
        }
        return null;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
