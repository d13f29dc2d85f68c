package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Build ids read from the memory of a process: of what runs, whatever has become of the file. Layout: System V gABI (headers, notes); the id is the note GNU/3. */
final class BuildIds {
    private static final int ELF_MAGIC = 0x464C457F;
    private static final int HEADER_SIZE = 64;
    private static final int SEGMENT_SIZE = 56;
    private static final int MAX_SEGMENTS = 64;
    private static final int MAX_NOTES_SIZE = 4096;
    private static final int PT_NOTE = 4;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554E47;

    private BuildIds() {}

    /** The id in hexadecimal, empty if the image has none, null if there is no ELF image at {@code base}. */
    static @Nullable String inMemory(TargetProcess process, long base) {
        ByteBuffer header = read(process, base, HEADER_SIZE);
        if (header == null || header.getInt(0) != ELF_MAGIC) {
            return null;
        }
        int count = Math.min(header.getShort(56) & 0xFFFF, MAX_SEGMENTS);
        ByteBuffer table = read(process, base + header.getLong(32), count * SEGMENT_SIZE);
        for (int i = 0; table != null && i < count; i++) {
            int at = i * SEGMENT_SIZE;
            if (table.getInt(at) == PT_NOTE) {
                // The first segment's file offset is 0, so a note's offset is its distance from the base.
                long size = Math.min(table.getLong(at + 32), MAX_NOTES_SIZE);
                ByteBuffer notes = size < 12 ? null : read(process, base + table.getLong(at + 8), (int) size);
                String id = notes == null ? null : find(notes);
                if (id != null) {
                    return id;
                }
            }
        }
        return "";
    }

    private static @Nullable String find(ByteBuffer notes) {
        int at = 0;
        while (at + 12 <= notes.capacity()) {
            int nameSize = notes.getInt(at);
            int size = notes.getInt(at + 4);
            long content = at + 12 + ((nameSize + 3L) & -4);
            if (nameSize < 0 || size < 0 || content + size > notes.capacity()) {
                return null;
            }
            if (notes.getInt(at + 8) == NT_GNU_BUILD_ID && nameSize == 4 && notes.getInt(at + 12) == GNU) {
                byte[] id = new byte[size];
                notes.get((int) content, id);
                return HexFormat.of().formatHex(id);
            }
            at = (int) (content + ((size + 3L) & -4));
        }
        return null;
    }

    private static @Nullable ByteBuffer read(TargetProcess process, long address, int size) {
        byte[] bytes = new byte[size];
        int got = process.tryReadMemory(address, bytes, 0, size);
        return got == size ? ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN) : null;
    }
}
