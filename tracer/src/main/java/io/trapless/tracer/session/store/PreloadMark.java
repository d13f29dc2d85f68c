package io.trapless.tracer.session.store;

import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code preload} of a session whose processes arm themselves: it tells that nobody has to record for the session to be of use, and where its shared object lies.
 *
 * @param object absolute
 */
public record PreloadMark(Path object) {
    private static final String FIRST = "trapless-preload 1";

    /** Writes it. */
    public void write(SessionDirectory directory) throws StoreException {
        directory.replace(SessionDirectory.PRELOAD, (FIRST + "\n" + object + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Held by whoever consumes the session; the kernel lets go of it when its holder dies. */
    public static final class Lock implements AutoCloseable {
        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Takes the lock of a session that has a mark; null if somebody else holds it. Nothing may read the mark again in this process while it is held (fcntl(2)). */
    public static @Nullable Lock lock(SessionDirectory directory) throws StoreException {
        Path file = directory.path().resolve(SessionDirectory.PRELOAD);
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            boolean locked = false;
            try {
                locked = channel.tryLock() != null;
                return locked ? new Lock(channel) : null;
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot lock " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads that of a session; null if the session is of another kind. */
    public static @Nullable PreloadMark read(SessionDirectory directory) throws StoreException {
        if (!Files.exists(directory.path().resolve(SessionDirectory.PRELOAD), LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        String[] lines = new String(directory.read(SessionDirectory.PRELOAD), StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length == 3 && lines[0].equals(FIRST)) {
            try {
                return new PreloadMark(Path.of(lines[1]));
            } catch (InvalidPathException _) {
                // as damaged as any other text
            }
        }
        throw new StoreException(
                Reason.DAMAGED,
                "the file 'preload' of session " + directory.name() + " is damaged; remove the session");
    }
}
