package io.trapless.tracer.session.store;

import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Notes every change to a target before it is made, so that {@code trapless detach} can undo it when the tracer has died. The notes need to survive the tracer, not the machine: they are in
 * shared memory and never synchronised.
 *
 * <p>Any thread; calls exclude each other. One writer a journal at a time.
 */
public final class JournalWriter implements AutoCloseable {
    private static final int BUFFER_SIZE = 1 << 20;
    private static final int LARGEST_ENTRY = JournalFormat.ENTRY_HEADER_SIZE + JournalFormat.MAX_PAYLOAD;

    private final SessionDirectory directory;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private long end;

    private JournalWriter(SessionDirectory directory, FileChannel channel, long end) {
        this.directory = directory;
        this.channel = channel;
        this.end = end;
    }

    /** Opens a session's journal behind its last whole entry; makes it if it is not there. */
    public static JournalWriter open(SessionDirectory directory) throws StoreException {
        long valid = JournalReader.read(directory.journal()).validBytes();
        try {
            FileChannel channel = SessionDirectory.openPrivate(
                    directory.journal(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            JournalWriter writer = new JournalWriter(directory, channel, valid);
            try {
                writer.begin();
                return writer;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private synchronized void begin() throws IOException {
        channel.truncate(end);
        if (end == 0) {
            buffer.clear().putLong(JournalFormat.MAGIC);
            flush();
        }
    }

    /**
     * Appends entries, all or, after a failure, none of them: what could not be noted must not be done.
     *
     * @throws StoreException nothing was noted
     */
    public synchronized void append(List<? extends JournalEntry> entries) throws StoreException {
        long before = end;
        try {
            buffer.clear();
            for (JournalEntry entry : entries) {
                JournalFormat.write(buffer, entry);
                if (buffer.remaining() < LARGEST_ENTRY) {
                    flush();
                }
            }
            flush();
        } catch (IOException e) {
            end = before;
            try {
                channel.truncate(before);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw failure(directory, e);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            end += channel.write(buffer, end);
        }
        buffer.clear();
    }

    @Override
    public void close() throws StoreException {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private static StoreException failure(SessionDirectory directory, IOException e) {
        return new StoreException(
                Reason.IO,
                "cannot write the journal of session " + directory.name() + " (" + e.getMessage()
                        + "); give another --shm-path",
                e);
    }
}
