package io.trapless.trace.ctf;

import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TracedThread;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A CTF trace being written: {@code metadata}, one stream file a ring ({@code cpu0}, {@code cpu0_atomic}), and the hidden table of threads.
 *
 * <p>Whenever writing stops, what lies on disk is a valid trace: the metadata is there before the first packet and is only ever replaced by a rename, a stream is whole packets at every
 * instant, and a stream file without a packet is not left behind. Room for the last metadata is taken at the beginning, so that a full disk does not cost the final clock.
 *
 * <p>For one thread at a time.
 */
public final class TraceDirectory implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String METADATA = "metadata";

    /** Hidden, so that CTF readers pass it by. */
    static final String THREADS = ".threads";

    private static final String SPARE = ".metadata.spare";

    /** Bytes by which the final metadata may be longer than the first. */
    private static final int SPARE_SLACK_SIZE = 4096;

    private final Path directory;
    private final Map<String, StreamFile> streams = new LinkedHashMap<>();
    private long bytesWritten;

    private TraceDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes the directory (its parents too; it may exist if it is empty), and writes the metadata.
     *
     * @param schema with every event that is known so far and the clock's first calibration
     */
    public static TraceDirectory create(Path directory, TraceSchema schema) throws TraceException {
        makeEmpty(directory);
        TraceDirectory trace = new TraceDirectory(directory);
        byte[] metadata = MetadataWriter.write(schema);
        try {
            trace.writeSpare(metadata, 0);
            trace.publishSpare();
            trace.writeSpare(metadata, SPARE_SLACK_SIZE);
            return trace;
        } catch (IOException e) {
            deleteQuietly(directory.resolve(SPARE));
            deleteQuietly(directory.resolve(METADATA));
            deleteQuietly(directory);
            throw failure("create the trace " + directory, e);
        }
    }

    /** Makes a directory that is for its owner only (its parents too; it may exist if it is empty): one for a trace, or for several. */
    public static void makeEmpty(Path directory) throws TraceException {
        try {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            makeEmptyDirectory(directory);
        } catch (TraceException e) {
            throw e;
        } catch (IOException e) {
            throw failure("create the trace " + directory, e);
        }
    }

    /**
     * Appends one packet to a ring's stream.
     *
     * @param ringKind {@link PacketHeader#RING_RSEQ} or {@link PacketHeader#RING_ATOMIC}
     * @param packet the content of a checked packet, its final header included; packet_size is set here
     * @throws TraceException if it could not be written; the stream then ends with the packet before it, and the next append may be tried
     */
    public void append(int cpu, int ringKind, MemorySegment packet) throws TraceException {
        String name = "cpu" + cpu + (ringKind == PacketHeader.RING_ATOMIC ? "_atomic" : "");
        StreamFile stream = streams.get(name);
        try {
            if (stream == null) {
                stream = StreamFile.create(directory.resolve(name), packet);
                streams.put(name, stream);
            }
            stream.append(packet);
            bytesWritten += packet.byteSize();
        } catch (IOException e) {
            if (stream != null && stream.isEmpty()) {
                streams.remove(name);
                stream.delete();
            }
            throw failure("write to the trace " + directory, e);
        }
    }

    /** Replaces the metadata in one step: more events (before their first packet is appended), or the clock's last calibration. */
    public void replaceMetadata(TraceSchema schema) throws TraceException {
        byte[] metadata = MetadataWriter.write(schema);
        try {
            writeSpare(metadata, 0);
            publishSpare();
        } catch (IOException e) {
            throw failure("write the metadata of the trace " + directory, e);
        }
        try {
            writeSpare(metadata, SPARE_SLACK_SIZE);
        } catch (IOException e) {
            // No room for the next spare one: the next replacement will find out by itself.
            deleteQuietly(directory.resolve(SPARE));
        }
    }

    /** Leaves the table of threads, which says whose a forked child's events are. */
    public void writeThreads(Collection<TracedThread> threads) throws TraceException {
        StringBuilder text = new StringBuilder();
        for (TracedThread thread : threads) {
            String name = thread.name().replaceAll("\\p{Cntrl}", "?");
            text.append(thread.tid())
                    .append(' ')
                    .append(thread.pid())
                    .append(' ')
                    .append(name)
                    .append('\n');
        }
        try {
            Path part = directory.resolve(THREADS + ".part");
            Files.deleteIfExists(part);
            try (FileChannel channel = StreamFile.open(part)) {
                StreamFile.writeFully(channel, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)), 0);
            }
            Files.move(part, directory.resolve(THREADS), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            deleteQuietly(directory.resolve(THREADS + ".part"));
            throw failure("write the threads of the trace " + directory, e);
        }
    }

    public Path path() {
        return directory;
    }

    /** Bytes of all packets appended so far. */
    public long bytesWritten() {
        return bytesWritten;
    }

    @Override
    public void close() throws TraceException {
        deleteQuietly(directory.resolve(SPARE));
        IOException first = null;
        for (StreamFile stream : streams.values()) {
            try {
                stream.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        streams.clear();
        if (first != null) {
            throw failure("close the trace " + directory, first);
        }
    }

    private static void makeEmptyDirectory(Path directory) throws IOException, TraceException {
        try {
            Files.createDirectory(directory, OWNER_ONLY_DIRECTORY);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new TraceException(
                        TraceException.Reason.NOT_EMPTY,
                        directory + " is a file; name another directory for the trace.",
                        e);
            }
            try (Stream<Path> content = Files.list(directory)) {
                if (content.findAny().isPresent()) {
                    throw new TraceException(
                            TraceException.Reason.NOT_EMPTY,
                            directory + " exists and is not empty; delete it or name another directory for the trace.",
                            e);
                }
            }
        }
    }

    /** Writes over the spare file in place: its blocks are ours already, so this works on a full disk. */
    private void writeSpare(byte[] metadata, int slackSizeBytes) throws IOException {
        Path spare = directory.resolve(SPARE);
        boolean exists = Files.exists(spare, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel channel =
                exists ? FileChannel.open(spare, EnumSet.of(StandardOpenOption.WRITE)) : StreamFile.open(spare)) {
            StreamFile.writeFully(channel, ByteBuffer.wrap(metadata), 0);
            if (slackSizeBytes > 0) {
                StreamFile.writeFully(channel, ByteBuffer.allocate(slackSizeBytes), metadata.length);
            } else {
                channel.truncate(metadata.length);
            }
        }
    }

    private void publishSpare() throws IOException {
        Files.move(directory.resolve(SPARE), directory.resolve(METADATA), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // A hidden leftover does no harm.
        }
    }

    private static TraceException failure(String action, IOException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("No space left")
                || message.contains("quota exceeded")
                || message.contains("File too large")) {
            return new TraceException(
                    TraceException.Reason.DISK_FULL,
                    "Cannot " + action
                            + ": the disk is full or the file size limit is reached; what was written before is whole.",
                    cause);
        }
        String why = cause instanceof java.nio.file.AccessDeniedException ? "permission denied" : message;
        return new TraceException(TraceException.Reason.IO, "Cannot " + action + ": " + why + ".", cause);
    }
}
