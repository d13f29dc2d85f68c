package io.trapless.trace.ctf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * One stream of a trace being written: a file that is a sequence of whole packets at every instant, also if this process is killed in the middle of a write.
 *
 * <p>For that the file runs ahead of its content: it is sparse, and ends with an empty packet (the tail) that spans all the room left. A new packet is written into that room: first its
 * records, which nobody sees, then the next tail's header behind it, and last its own header over the tail's, in one write that lies within one page. Only when the file grows (it doubles)
 * two steps must follow each other: its length, and the tail's size. {@link #close} cuts the tail off.
 */
final class StreamFile implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Packets begin at multiples of this, so that no header crosses a page. */
    private static final int ALIGN = 128;

    private static final long FIRST_LENGTH = 1 << 20;

    private final Path path;

    /** The header being written: a copy of a packet's. */
    private final MemorySegment header = MemorySegment.ofArray(new byte[PacketHeader.SIZE_BYTES]);

    private FileChannel channel;

    /** Where the tail begins, and the next packet will. */
    private long tailOffset;

    /** Of the file, bytes. */
    private long length = FIRST_LENGTH;

    private StreamFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes the file with nothing but a tail in it.
     *
     * @param packet the first packet to come: the tail takes its header's identity
     */
    static StreamFile create(Path path, MemorySegment packet) throws IOException {
        Path part = path.resolveSibling("." + path.getFileName() + ".part");
        Files.deleteIfExists(part);
        StreamFile stream = new StreamFile(path, open(part));
        try {
            stream.writeLastByte(FIRST_LENGTH);
            long begin = packet.get(LONG, PacketHeader.TIMESTAMP_BEGIN_OFFSET);
            stream.writeTail(packet, 0, begin, packet.get(LONG, PacketHeader.SEQUENCE_NUMBER_OFFSET));
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            return stream;
        } catch (IOException e) {
            stream.channel.close();
            Files.deleteIfExists(part);
            throw e;
        }
    }

    /** A new file, readable and writable by its owner only; a file or link that exists is an error. */
    static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long position = offset;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    boolean isEmpty() {
        return tailOffset == 0;
    }

    /** Appends all of {@code packet}, or nothing. */
    void append(MemorySegment packet) throws IOException {
        reopenIfInterrupted();
        try {
            appendToTail(packet);
        } catch (IOException e) {
            shrinkTail();
            throw e;
        }
    }

    private void appendToTail(MemorySegment packet) throws IOException {
        long size = (packet.byteSize() + ALIGN - 1) & -ALIGN;
        long nextTail = tailOffset + size;
        grow(nextTail + ALIGN);
        ByteBuffer records = packet.asSlice(PacketHeader.SIZE_BYTES).asByteBuffer();
        writeFully(channel, records, tailOffset + PacketHeader.SIZE_BYTES);
        long end = packet.get(LONG, PacketHeader.TIMESTAMP_END_OFFSET);
        writeTail(packet, nextTail, end, packet.get(LONG, PacketHeader.SEQUENCE_NUMBER_OFFSET) + 1);
        header.copyFrom(packet.asSlice(0, PacketHeader.SIZE_BYTES));
        header.set(LONG, PacketHeader.PACKET_SIZE_OFFSET, size * Byte.SIZE);
        writeFully(channel, header.asByteBuffer(), tailOffset);
        tailOffset = nextTail;
    }

    /** Gives back the blocks that a failed append took, so that a full disk has room for the last small files. */
    private void shrinkTail() {
        try {
            reopenIfInterrupted();
            writeTailSize(ALIGN);
            length = tailOffset + ALIGN;
            channel.truncate(length);
        } catch (IOException _) {
            // The caller is about to report why nothing could be written; the stream is as valid as it was.
        }
    }

    /** An interrupt of a thread that writes closes the channel. */
    private void reopenIfInterrupted() throws IOException {
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, EnumSet.of(StandardOpenOption.WRITE));
        }
    }

    /** Closes the file and takes it away. */
    void delete() {
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The caller is about to report why nothing could be written.
        }
    }

    @Override
    public void close() throws IOException {
        if (isEmpty()) {
            delete();
            return;
        }
        reopenIfInterrupted();
        try (FileChannel closing = channel) {
            closing.truncate(tailOffset);
        }
    }

    private void grow(long needed) throws IOException {
        if (needed <= length) {
            return;
        }
        long newLength = length;
        while (newLength < needed) {
            newLength *= 2;
        }
        writeLastByte(newLength);
        length = newLength;
        writeTailSize(length - tailOffset);
    }

    private void writeTailSize(long sizeBytes) throws IOException {
        ByteBuffer size = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        size.putLong(0, sizeBytes * Byte.SIZE);
        writeFully(channel, size, tailOffset + PacketHeader.PACKET_SIZE_OFFSET);
    }

    private void writeLastByte(long newLength) throws IOException {
        writeFully(channel, ByteBuffer.allocate(1), newLength - 1);
    }

    /** Writes an empty packet from {@code offset} to the file's end; the rest of its header is that of {@code packet}. */
    private void writeTail(MemorySegment packet, long offset, long timestamp, long sequenceNumber) throws IOException {
        header.copyFrom(packet.asSlice(0, PacketHeader.SIZE_BYTES));
        header.set(LONG, PacketHeader.TIMESTAMP_BEGIN_OFFSET, timestamp);
        header.set(LONG, PacketHeader.TIMESTAMP_END_OFFSET, timestamp);
        header.set(LONG, PacketHeader.CONTENT_SIZE_OFFSET, (long) PacketHeader.SIZE_BYTES * Byte.SIZE);
        header.set(LONG, PacketHeader.PACKET_SIZE_OFFSET, (length - offset) * Byte.SIZE);
        header.set(LONG, PacketHeader.SEQUENCE_NUMBER_OFFSET, sequenceNumber);
        writeFully(channel, header.asByteBuffer(), offset);
    }
}
