package io.trapless.binary.elf;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a file's bytes come from. A file on disk is read piece by piece and never mapped: one that is cut short while we read gives an error instead of a SIGBUS,
 * and only the pieces that were asked for take memory.
 */
interface ByteSource extends Closeable {
    /** No table or section of a real program is larger; a larger one is refused before memory is taken. */
    long MAX_READ_BYTES = 1L << 29;

    long sizeBytes();

    /** The bytes {@code [offset, offset + sizeBytes)}; outside of the file: {@link ElfError#TRUNCATED}. */
    ByteView read(long offset, long sizeBytes) throws ElfException;

    @Override
    void close();

    static ByteSource of(byte[] bytes) {
        ByteView all = ByteView.of(bytes);
        return new ByteSource() {
            @Override
            public long sizeBytes() {
                return all.size();
            }

            @Override
            public ByteView read(long offset, long sizeBytes) throws ElfException {
                return all.slice(offset, sizeBytes);
            }

            @Override
            public void close() {}
        };
    }

    static ByteSource of(Path path) throws ElfException {
        try {
            // A FIFO or a terminal would block, a directory would open and then fail.
            if (!Files.isRegularFile(path)) {
                throw new ElfException(ElfError.UNREADABLE, Files.exists(path) ? "not a regular file" : "no such file");
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new FileSource(channel, channel.size());
        } catch (ElfException e) {
            throw e;
        } catch (IOException | SecurityException e) {
            throw unreadable(e);
        }
    }

    private static ElfException unreadable(Exception cause) {
        ElfException e = new ElfException(ElfError.UNREADABLE, cause.getClass().getSimpleName());
        e.initCause(cause);
        return e;
    }

    /** Positional reads of an open file. */
    record FileSource(FileChannel channel, long sizeBytes) implements ByteSource {
        /** The JDK reads into memory of its own first, which it keeps for the next time if it is not large. */
        private static final int PIECE_BYTES = 1 << 17;

        @Override
        public ByteView read(long offset, long length) throws ElfException {
            if (offset < 0 || length < 0 || offset > sizeBytes || length > sizeBytes - offset) {
                throw new ElfException(ElfError.TRUNCATED, "bytes " + offset + "+" + length + " asked of " + sizeBytes);
            }
            if (length > MAX_READ_BYTES) {
                throw new ElfException(ElfError.TOO_LARGE, length + " bytes");
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) length);
            try {
                while (buffer.position() < length) {
                    buffer.limit((int) Math.min(length, buffer.position() + (long) PIECE_BYTES));
                    if (channel.read(buffer, offset + buffer.position()) < 0) {
                        throw new ElfException(ElfError.TRUNCATED, "the file became shorter while it was read");
                    }
                }
            } catch (ElfException e) {
                throw e;
            } catch (IOException e) {
                throw unreadable(e);
            }
            return ByteView.of(buffer.array());
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written, so nothing can be lost.
            }
        }
    }
}
