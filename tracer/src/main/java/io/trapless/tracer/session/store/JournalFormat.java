package io.trapless.tracer.session.store;

import io.trapless.tracer.attach.TextChange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The journal's bytes, little-endian: {@link #MAGIC}, then entries.
 *
 * <pre>
 *   offset  size  field
 *        0     2  size of the payload, bytes
 *        2     4  CRC-32C of the payload
 *        6     n  payload: u8 kind; s32 pid; s64 start time; s64 address;
 *                   MAPPED: s64 size;  PATCHED: u8 n, n bytes original, n bytes replacement
 * </pre>
 */
final class JournalFormat {
    /** "TRAPJRN1" read as a little-endian long; the digit is the version. */
    static final long MAGIC = 0x314E524A50415254L;

    static final int MAGIC_SIZE = 8;
    static final int ENTRY_HEADER_SIZE = 6;
    static final int MAX_PAYLOAD = 1 + 4 + 8 + 8 + 1 + 2 * 255;

    private static final int MAPPED = 1;
    private static final int UNMAPPED = 2;
    private static final int PATCHED = 3;
    private static final int RESTORED = 4;
    private static final int SEMAPHORE_RAISED = 5;
    private static final int SEMAPHORE_LOWERED = 6;
    private static final int REPLACED = 7;

    private JournalFormat() {}

    /** Appends an entry; {@code buffer} is little-endian and has room for the largest. */
    static void write(ByteBuffer buffer, JournalEntry entry) {
        int start = buffer.position();
        buffer.position(start + ENTRY_HEADER_SIZE);
        buffer.put((byte) kind(entry));
        buffer.putInt(entry.process().pid());
        buffer.putLong(entry.process().startTime());
        buffer.putLong(entry.address());
        switch (entry) {
            case JournalEntry.Mapped mapped -> buffer.putLong(mapped.sizeBytes());
            case JournalEntry.Patched patched -> {
                byte[] original = patched.change().expected();
                if (original.length > 255) {
                    throw new IllegalArgumentException("a patch of " + original.length + " bytes");
                }
                buffer.put((byte) original.length);
                buffer.put(original);
                buffer.put(patched.change().replacement());
            }
            default -> {}
        }
        int size = buffer.position() - start - ENTRY_HEADER_SIZE;
        buffer.putShort(start, (short) size);
        buffer.putInt(start + 2, checksum(buffer, start + ENTRY_HEADER_SIZE, size));
    }

    /** Takes the next entry, or gives null, the position unchanged, if what is there is no whole one. */
    static @Nullable JournalEntry read(ByteBuffer buffer) {
        int start = buffer.position();
        if (buffer.remaining() < ENTRY_HEADER_SIZE) {
            return null;
        }
        int size = buffer.getShort(start) & 0xFFFF;
        int payload = start + ENTRY_HEADER_SIZE;
        if (size < 1 + 4 + 8 + 8
                || size > MAX_PAYLOAD
                || size > buffer.limit() - payload
                || buffer.getInt(start + 2) != checksum(buffer, payload, size)) {
            return null;
        }
        ByteBuffer content = buffer.slice(payload, size).order(ByteOrder.LITTLE_ENDIAN);
        int kind = content.get();
        ProcessKey process = new ProcessKey(content.getInt(), content.getLong());
        JournalEntry entry = read(kind, process, content.getLong(), content);
        if (entry != null) {
            buffer.position(payload + size);
        }
        return entry;
    }

    private static @Nullable JournalEntry read(int kind, ProcessKey process, long address, ByteBuffer rest) {
        return switch (kind) {
            case MAPPED -> rest.remaining() < 8 ? null : new JournalEntry.Mapped(process, address, rest.getLong());
            case UNMAPPED -> new JournalEntry.Unmapped(process, address);
            case PATCHED -> {
                int size = rest.hasRemaining() ? rest.get() & 0xFF : 0;
                if (size == 0 || rest.remaining() != 2 * size) {
                    yield null;
                }
                byte[] original = new byte[size];
                byte[] replacement = new byte[size];
                rest.get(original).get(replacement);
                yield new JournalEntry.Patched(process, new TextChange(address, original, replacement));
            }
            case RESTORED -> new JournalEntry.Restored(process, address);
            case SEMAPHORE_RAISED -> new JournalEntry.SemaphoreRaised(process, address);
            case SEMAPHORE_LOWERED -> new JournalEntry.SemaphoreLowered(process, address);
            case REPLACED -> new JournalEntry.Replaced(process);
            default -> null;
        };
    }

    private static int kind(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Mapped _ -> MAPPED;
            case JournalEntry.Unmapped _ -> UNMAPPED;
            case JournalEntry.Patched _ -> PATCHED;
            case JournalEntry.Restored _ -> RESTORED;
            case JournalEntry.SemaphoreRaised _ -> SEMAPHORE_RAISED;
            case JournalEntry.SemaphoreLowered _ -> SEMAPHORE_LOWERED;
            case JournalEntry.Replaced _ -> REPLACED;
        };
    }

    private static int checksum(ByteBuffer buffer, int from, int size) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(from, size));
        return (int) crc.getValue();
    }
}
