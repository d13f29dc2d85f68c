package io.trapless.tracer.session.store;

import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a journal up to its last whole entry: a writer that died in the middle of one had not made that change yet. */
public final class JournalReader {
    /**
     * What a journal holds.
     *
     * @param validBytes where its last whole entry ends
     */
    record Content(List<JournalEntry> entries, long validBytes) {}

    private JournalReader() {}

    /** The whole entries, in order; none if there is no journal, for then nothing had been changed. */
    public static List<JournalEntry> read(SessionDirectory directory) throws StoreException {
        return read(directory.journal()).entries();
    }

    static Content read(Path file) throws StoreException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new Content(List.of(), 0);
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException(Reason.DAMAGED, file + " is not a plain file; it was not made by a session");
        }
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot read " + file + ": " + e.getMessage(), e);
        }
        List<JournalEntry> entries = new ArrayList<>();
        if (bytes.remaining() < JournalFormat.MAGIC_SIZE) {
            return new Content(entries, 0);
        }
        if (bytes.getLong() != JournalFormat.MAGIC) {
            throw new StoreException(
                    Reason.DAMAGED,
                    file + " is not a journal that this trapless can read; use the trapless that made it");
        }
        while (true) {
            JournalEntry entry = JournalFormat.read(bytes);
            if (entry == null) {
                return new Content(entries, bytes.position());
            }
            entries.add(entry);
        }
    }
}
