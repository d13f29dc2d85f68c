package io.trapless.trace.ctf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** One stream of a trace being written: a file that ends with a whole packet. */
final class StreamFile implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private FileChannel channel;

    /** Bytes of the whole packets. */
    private long size;

    private StreamFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static StreamFile create(Path path) throws IOException {
        return new StreamFile(path, open(path));
    }

    /** A new file, readable and writable by its owner only; a file or link that exists is an error. */
    static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Appends all of {@code packet}, or nothing. */
    void append(ByteBuffer packet) throws IOException {
        long end = size + packet.remaining();
        try {
            writeFully(channel, packet);
            size = end;
        } catch (ClosedByInterruptException e) {
            // An interrupt closes the channel under our hands. Cut the file and stay usable, and leave the interrupt to
            // the caller.
            boolean interrupted = Thread.interrupted();
            channel = FileChannel.open(path, EnumSet.of(StandardOpenOption.WRITE));
            cutToWholePackets();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw e;
        } catch (IOException e) {
            cutToWholePackets();
            throw e;
        }
    }

    /** Closes the file and takes it away. */
    void delete() {
        try {
            close();
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The caller is about to report why nothing could be written.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void cutToWholePackets() throws IOException {
        channel.truncate(size);
        channel.position(size);
    }
}
