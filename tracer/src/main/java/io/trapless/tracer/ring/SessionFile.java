package io.trapless.tracer.ring;

import static io.trapless.layout.SessionHeaderDescriptor.CAPACITY_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.CPU_COUNT_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.ENABLE_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.FIRED_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.FIRED_SLOTS;
import static io.trapless.layout.SessionHeaderDescriptor.HEARTBEAT_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.LOAD_BELL_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.MAGIC;
import static io.trapless.layout.SessionHeaderDescriptor.MAGIC_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.MAX_EVENT_IDS;
import static io.trapless.layout.SessionHeaderDescriptor.MODE_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.RINGS_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.SUB_BUFFER_COUNT;
import static io.trapless.layout.SessionHeaderDescriptor.SUB_BUFFER_SIZE_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.UUID_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.VERSION;
import static io.trapless.layout.SessionHeaderDescriptor.VERSION_OFFSET;
import static io.trapless.layout.SessionHeaderDescriptor.loadSlotOffset;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.PreloadDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Futexes;
import io.trapless.tracer.ring.SessionFileException.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The {@code rings} file of a session, laid out as {@link io.trapless.layout.SessionHeaderDescriptor} says. The tracer maps the header with its enable bytes and the first page of each ring;
 * targets map the whole file.
 *
 * <p>Any thread may switch events on and off; the rings' positions belong to the {@link RingConsumer}'s thread. Closing unmaps, it does not delete.
 */
public final class SessionFile implements AutoCloseable {
    private static final int CONTROL_SIZE = 4096;
    private static final int BLOCK_SIZE = 1 << 20;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Path path;
    private final RingGeometry geometry;
    private final UUID uuid;
    private final FileChannel channel;
    private final Arena arena;
    private final MemorySegment header;
    private final boolean writable;

    private SessionFile(Path path, RingGeometry geometry, UUID uuid, FileChannel channel, Arena arena, boolean writable)
            throws IOException {
        this.path = path;
        this.geometry = geometry;
        this.uuid = uuid;
        this.channel = channel;
        this.arena = arena;
        this.writable = writable;
        this.header = map(0, RINGS_OFFSET);
    }

    /**
     * Creates the file, mode 0600, sparse, with every ring empty and every event off.
     *
     * @param path must not exist, and is not followed if it is a link
     * @param reservation which rings get their memory at once
     * @param beginCycles TSC now: the begin of each ring's first packet
     * @throws SessionFileException there is no room or no permission; nothing is left behind
     */
    public static SessionFile create(
            Path path, RingGeometry geometry, UUID uuid, Reservation reservation, long beginCycles)
            throws SessionFileException {
        reservation.checkRoom(path, geometry);
        Arena arena = newArena();
        FileChannel channel = null;
        try {
            channel = open(
                    path,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            channel.write(ByteBuffer.allocate(1), geometry.fileSizeBytes() - 1);
            SessionFile file = new SessionFile(path, geometry, uuid, channel, arena, true);
            file.reserve(reservation);
            file.initialise(beginCycles);
            return file;
        } catch (IOException e) {
            arena.close();
            if (channel != null) {
                closeAndDelete(channel, path, e);
            }
            throw translate(path, e);
        }
    }

    /**
     * Opens the file of an existing session for reading, after its tracer has gone.
     *
     * @param geometry,uuid as the session's private properties have them: the file's own header is the targets' to scribble on
     * @throws SessionFileException it is missing, damaged, or of another version
     */
    public static SessionFile openForRecovery(Path path, RingGeometry geometry, UUID uuid) throws SessionFileException {
        return open(path, geometry, uuid, false);
    }

    /**
     * Opens the file of an existing session that nobody else consumes, to consume it or to switch its events.
     *
     * @param geometry,uuid as for {@link #openForRecovery}
     * @throws SessionFileException it is missing, damaged, or of another version
     */
    public static SessionFile openForConsumer(Path path, RingGeometry geometry, UUID uuid) throws SessionFileException {
        return open(path, geometry, uuid, true);
    }

    private static SessionFile open(Path path, RingGeometry geometry, UUID uuid, boolean writable)
            throws SessionFileException {
        Arena arena = newArena();
        FileChannel channel = null;
        try {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new SessionFileException(
                        Reason.NOT_A_PLAIN_FILE, path + " is not a plain file; it was not made by a session");
            }
            channel = writable
                    ? open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                    : open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            if (channel.size() != geometry.fileSizeBytes()) {
                throw damaged(path, "it has " + channel.size() + " bytes instead of " + geometry.fileSizeBytes());
            }
            SessionFile file = new SessionFile(path, geometry, uuid, channel, arena, writable);
            file.checkHeader();
            return file;
        } catch (IOException e) {
            arena.close();
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException suppressed) {
                    e.addSuppressed(suppressed);
                }
            }
            throw translate(path, e);
        }
    }

    public Path path() {
        return path;
    }

    public RingGeometry geometry() {
        return geometry;
    }

    public UUID uuid() {
        return uuid;
    }

    /** Switches one event on or off for all its writers; an id from 0 to 65,534. */
    public void setEnabled(int eventId, boolean enabled) {
        BYTE.setVolatile(header, ENABLE_OFFSET + (long) checkId(eventId), (byte) (enabled ? 1 : 0));
    }

    /** Whether an event is on, as far as its writers are concerned: targets could have scribbled on it. */
    public boolean isEnabled(int eventId) {
        return (byte) BYTE.getVolatile(header, ENABLE_OFFSET + (long) checkId(eventId)) != 0;
    }

    /** Marks a trigger as a trampoline does: it has fired. */
    public void markFired(int slot) {
        BYTE.setVolatile(header, FIRED_OFFSET + (long) Objects.checkIndex(slot, FIRED_SLOTS), (byte) 1);
    }

    /**
     * Whether a trigger has fired since this was last asked.
     *
     * @param slot from 0 to {@link io.trapless.layout.SessionHeaderDescriptor#FIRED_SLOTS} - 1
     */
    public boolean takeFired(int slot) {
        long offset = FIRED_OFFSET + (long) Objects.checkIndex(slot, FIRED_SLOTS);
        // Only cleared when it is set: storing would take the line away from the writers, again and again. A mark
        // between the two is one with this one.
        boolean fired = (byte) BYTE.getVolatile(header, offset) != 0;
        if (fired) {
            BYTE.setVolatile(header, offset, (byte) 0);
        }
        return fired;
    }

    /** Switches every event off. */
    public void disableAll() {
        header.asSlice(ENABLE_OFFSET, MAX_EVENT_IDS).fill((byte) 0);
        VarHandle.fullFence();
    }

    /**
     * Tells waiting writers that the tracer lives.
     *
     * @param tscCycles now, or 0: there is no tracer any more, nobody should wait
     */
    public void beat(long tscCycles) {
        LONG.setRelease(header, (long) HEARTBEAT_OFFSET, tscCycles);
    }

    /** What {@link #beat} last stored, or what a target stored over it. */
    public long lastBeat() {
        return (long) LONG.getAcquire(header, (long) HEARTBEAT_OFFSET);
    }

    /** What processes have counted that arm themselves. */
    public PreloadCounts preloadCounts() {
        return new PreloadCounts(
                (long) LONG.getOpaque(header, (long) PreloadDescriptor.STARTED_OFFSET),
                (long) LONG.getOpaque(header, (long) PreloadDescriptor.ARMED_OFFSET),
                (long) LONG.getOpaque(header, (long) PreloadDescriptor.OTHER_BUILD_OFFSET),
                (long) LONG.getOpaque(header, (long) PreloadDescriptor.FAILED_OFFSET));
    }

    /** Every ring of the session, the rseq rings first. */
    public List<RingId> rings() {
        List<RingId> rings = new ArrayList<>(2 * geometry.cpuCount());
        for (RingKind kind : List.of(RingKind.RSEQ, RingKind.ATOMIC)) {
            for (int cpu = 0; cpu < geometry.cpuCount(); cpu++) {
                rings.add(new RingId(kind, cpu));
            }
        }
        return rings;
    }

    /** Bytes in the rings that a snapshot would look at, packet headers included; impossible positions count nothing. */
    public long heldBytes() throws IOException {
        long held = 0;
        for (RingId ring : rings()) {
            long head = memory(ring).headAcquire();
            held += head > PacketDescriptor.HEADER_SIZE ? Math.min(head, geometry.capacityBytes()) : 0;
        }
        return held;
    }

    /** Requests that targets which have loaded libraries made so far, as they say. Any thread. */
    public int loadBell() {
        return (int) INT.getVolatile(header, (long) LOAD_BELL_OFFSET);
    }

    /** Waits until {@link #loadBell} is not {@code seen} any more, or the time has passed; may also return for nothing. Not while the file is closed. */
    public void awaitLoadBell(int seen, long nanos) {
        Futexes.await(header.address() + LOAD_BELL_OFFSET, seen, nanos);
    }

    /** Wakes who waits for the bell. */
    public void wakeLoadBell() {
        INT.getAndAdd(header, (long) LOAD_BELL_OFFSET, 1);
        Futexes.wakeAll(header.address() + LOAD_BELL_OFFSET);
    }

    /** Requests of one slot, as the targets say. */
    public int loadRequests(int slot) {
        return (int) INT.getVolatile(header, (long) loadSlotOffset(slot));
    }

    /** Answers the first {@code requests} of a slot, and wakes who waits for that. */
    public void answerLoads(int slot, int requests) {
        INT.setVolatile(header, loadSlotOffset(slot) + 4L, requests);
        Futexes.wakeAll(header.address() + loadSlotOffset(slot) + 4L);
    }

    /** Access to one ring for its reader. */
    RingMemory memory(RingId ring) throws IOException {
        long offset = geometry.ringOffset(ring);
        return new FileRingMemory(channel, map(offset, CONTROL_SIZE), offset, geometry.capacityBytes());
    }

    /** All tables, mapped on their own: they stay readable when this file is closed, until nobody refers to them. */
    public MemorySegment mapTables() throws IOException {
        return channel.map(MapMode.READ_ONLY, geometry.tablesOffset(), geometry.tableBytes(), Arena.ofAuto());
    }

    @Override
    public void close() throws IOException {
        arena.close();
        channel.close();
    }

    private MemorySegment map(long offset, long size) throws IOException {
        return channel.map(writable ? MapMode.READ_WRITE : MapMode.READ_ONLY, offset, size, arena);
    }

    private void reserve(Reservation reservation) throws IOException {
        int descriptor = reservation.cleared()
                ? -1
                : (int) Descriptors.open(path.toString(), Descriptors.O_RDWR | Descriptors.O_NOFOLLOW);
        try {
            for (RingId ring : rings()) {
                reserve(descriptor, geometry.ringOffset(ring), reservation.bytesOf(ring, geometry));
            }
            reserve(descriptor, geometry.tablesOffset(), reservation.tableBytes(geometry));
        } finally {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
        }
    }

    /** By allocation, if there is a descriptor and the file system can do that; else by writing. */
    private void reserve(int descriptor, long start, long bytes) throws IOException {
        if (bytes == 0 || (descriptor >= 0 && Descriptors.allocate(descriptor, start, bytes) == 0)) {
            return;
        }
        ByteBuffer zeroes = ByteBuffer.allocateDirect(BLOCK_SIZE);
        long at = start;
        long end = at + bytes;
        while (at < end) {
            zeroes.position(0).limit((int) Math.min(BLOCK_SIZE, end - at));
            at += channel.write(zeroes, at);
        }
    }

    /**
     * Allocates further rings while the file is in use, as far as the file system can. Any thread.
     *
     * @param descriptor of this file, open for writing
     */
    public void allocate(int descriptor, Reservation further) {
        for (RingId ring : rings()) {
            long bytes = further.bytesOf(ring, geometry);
            if (bytes > 0 && Descriptors.allocate(descriptor, geometry.ringOffset(ring), bytes) != 0) {
                return;
            }
        }
    }

    /**
     * Reads all of the file's memory, so that the kernel clears what it has not cleared yet, and nobody in the target needs to wait for that. Any thread, while the file is open.
     *
     * @param goOn asked in between
     */
    public void clear(BooleanSupplier goOn) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_SIZE);
        for (long at = RINGS_OFFSET; at < geometry.fileSizeBytes() && goOn.getAsBoolean(); at += BLOCK_SIZE) {
            channel.read(block.clear(), at);
        }
    }

    private void initialise(long beginCycles) throws IOException {
        for (RingId ring : rings()) {
            MemorySegment control = map(geometry.ringOffset(ring), CONTROL_SIZE);
            LONG.set(control, (long) RingDescriptor.HEAD_OFFSET, (long) PacketDescriptor.HEADER_SIZE);
            LONG.set(control, (long) RingDescriptor.LIMIT_OFFSET, (long) geometry.subBufferSizeBytes());
            if (ring.kind() == RingKind.RSEQ) {
                initialisePackets(ring, beginCycles);
            }
        }
        header.set(ValueLayout.JAVA_INT, VERSION_OFFSET, VERSION);
        header.set(ValueLayout.JAVA_INT, CPU_COUNT_OFFSET, geometry.cpuCount());
        header.set(ValueLayout.JAVA_LONG, SUB_BUFFER_SIZE_OFFSET, geometry.subBufferSizeBytes());
        header.set(ValueLayout.JAVA_LONG, CAPACITY_OFFSET, geometry.capacityBytes());
        header.set(ValueLayout.JAVA_INT, MODE_OFFSET, geometry.mode().code());
        header.set(BIG_ENDIAN_LONG, UUID_OFFSET, uuid.getMostSignificantBits());
        header.set(BIG_ENDIAN_LONG, UUID_OFFSET + 8, uuid.getLeastSignificantBits());
        beat(beginCycles);
        // Last: a file with the magic is complete.
        LONG.setRelease(header, (long) MAGIC_OFFSET, MAGIC);
    }

    /** The fields that no writer touches, and the times of the first sub-buffer, which no writer opens. */
    private void initialisePackets(RingId ring, long beginCycles) throws IOException {
        ByteBuffer packet =
                ByteBuffer.allocateDirect(PacketDescriptor.HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        packet.putInt(PacketDescriptor.MAGIC_OFFSET, PacketDescriptor.CTF_MAGIC);
        MemorySegment view = MemorySegment.ofBuffer(packet);
        view.set(BIG_ENDIAN_LONG, PacketDescriptor.UUID_OFFSET, uuid.getMostSignificantBits());
        view.set(BIG_ENDIAN_LONG, PacketDescriptor.UUID_OFFSET + 8, uuid.getLeastSignificantBits());
        packet.putLong(PacketDescriptor.PACKET_SIZE_OFFSET, 8L * geometry.subBufferSizeBytes());
        packet.putInt(PacketDescriptor.CPU_ID_OFFSET, ring.cpu());
        packet.putInt(PacketDescriptor.RING_KIND_OFFSET, ring.kind().code());
        long data = geometry.ringOffset(ring) + RingDescriptor.DATA_OFFSET;
        for (int k = 0; k < SUB_BUFFER_COUNT; k++) {
            packet.putLong(PacketDescriptor.TIMESTAMP_BEGIN_OFFSET, k == 0 ? beginCycles : 0);
            channel.write(packet.rewind(), data + (long) k * geometry.subBufferSizeBytes());
        }
    }

    private void checkHeader() throws SessionFileException {
        if ((long) LONG.getAcquire(header, (long) MAGIC_OFFSET) != MAGIC) {
            throw damaged(path, "it does not begin with a session's magic number");
        }
        int version = header.get(ValueLayout.JAVA_INT, VERSION_OFFSET);
        if (version != VERSION) {
            throw new SessionFileException(
                    Reason.OTHER_VERSION,
                    path + " has layout version " + version + " and this trapless reads version " + VERSION
                            + "; use the trapless that made it");
        }
        boolean same = header.get(ValueLayout.JAVA_INT, CPU_COUNT_OFFSET) == geometry.cpuCount()
                && header.get(ValueLayout.JAVA_LONG, SUB_BUFFER_SIZE_OFFSET) == geometry.subBufferSizeBytes()
                && header.get(ValueLayout.JAVA_LONG, CAPACITY_OFFSET) == geometry.capacityBytes()
                && header.get(ValueLayout.JAVA_INT, MODE_OFFSET)
                        == geometry.mode().code()
                && header.get(BIG_ENDIAN_LONG, UUID_OFFSET) == uuid.getMostSignificantBits()
                && header.get(BIG_ENDIAN_LONG, UUID_OFFSET + 8) == uuid.getLeastSignificantBits();
        if (!same) {
            throw damaged(path, "its header contradicts the session's properties");
        }
    }

    /** Closed by {@link #close}, or at once where no session file comes of it: an owner in a field is beyond the checker. */
    @SuppressWarnings("MustBeClosedChecker")
    private static Arena newArena() {
        return Arena.ofShared();
    }

    private static FileChannel open(Path path, OpenOption... options) throws IOException {
        return FileChannel.open(
                path,
                Set.of(options),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static void closeAndDelete(FileChannel channel, Path path, IOException cause) {
        try (channel) {
            Files.deleteIfExists(path);
        } catch (IOException suppressed) {
            cause.addSuppressed(suppressed);
        }
    }

    private static int checkId(int eventId) {
        if (eventId < 0 || eventId >= MAX_EVENT_IDS - 1) {
            throw new IllegalArgumentException("event id " + eventId);
        }
        return eventId;
    }

    private static SessionFileException damaged(Path path, String how) {
        return new SessionFileException(
                Reason.DAMAGED, path + " is damaged: " + how + "; nothing can be recovered from it");
    }

    private static SessionFileException translate(Path path, IOException e) {
        return switch (e) {
            case SessionFileException s -> s;
            case FileAlreadyExistsException _ ->
                new SessionFileException(Reason.EXISTS, path + " exists already; choose another session name");
            case NoSuchFileException _ ->
                new SessionFileException(
                        Reason.NOT_FOUND, path + " does not exist; `trapless sessions` lists those that do");
            case FileSystemException f
            when "Permission denied".equals(f.getReason()) ->
                new SessionFileException(
                        Reason.NO_PERMISSION, "no permission to use " + path + "; run as its owner or give --shm-path");
            default ->
                String.valueOf(e.getMessage()).contains("No space left")
                        ? new SessionFileException(
                                Reason.NO_SPACE,
                                "no space left for " + path + "; use a smaller --buffer-size or another --shm-path")
                        : new SessionFileException(Reason.IO, "cannot use " + path + ": " + e.getMessage());
        };
    }
}
