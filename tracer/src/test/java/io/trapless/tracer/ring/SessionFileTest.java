package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.ring.SessionFileException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

class SessionFileTest {
    private static final UUID SESSION = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    private static final long BEGIN = 123_456_789;

    /** Where rings lie: the blocks that a file takes are exactly its pages there. */
    @TempDir(factory = InSharedMemory.class)
    Path directory;

    private Path path;
    private final RingGeometry geometry = RingGeometry.withCapacity(2, 1 << 20, RecordingMode.DISCARD);

    /** Makes folders in shared memory. */
    static final class InSharedMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "trapless-test");
        }
    }

    @BeforeEach
    void name() {
        path = directory.resolve("rings");
    }

    private SessionFile create(Reservation reservation) throws IOException {
        return SessionFile.create(path, geometry, SESSION, reservation, BEGIN);
    }

    @Test
    void aFreshFileIsWhatTheLayoutSays() throws IOException {
        create(Reservation.NONE).close();
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.size(path)).isEqualTo(geometry.fileSizeBytes());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getLong(0)).isEqualTo(SessionHeaderDescriptor.MAGIC);
        assertThat(bytes.getInt(8)).isEqualTo(SessionHeaderDescriptor.VERSION);
        assertThat(bytes.getInt(12)).isEqualTo(2);
        assertThat(bytes.getLong(16)).isEqualTo(65_536);
        assertThat(bytes.getLong(24)).isEqualTo(1 << 20);
        assertThat(bytes.getInt(32)).isEqualTo(SessionHeaderDescriptor.MODE_DISCARD);
        assertThat(bytes.order(ByteOrder.BIG_ENDIAN).getLong(40)).isEqualTo(0x0123456789ABCDEFL);
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getLong(64)).isEqualTo(BEGIN);
        for (int id = 0; id < SessionHeaderDescriptor.MAX_EVENT_IDS; id++) {
            assertThat(bytes.get(4096 + id)).isZero();
        }
        for (int ring = 0; ring < 4; ring++) {
            int at = (int) geometry.ringOffset(new RingId(RingKind.values()[ring / 2], ring % 2));
            assertThat(bytes.getLong(at)).isEqualTo(PacketDescriptor.HEADER_SIZE);
            assertThat(bytes.getLong(at + 8)).isEqualTo(65_536);
            assertThat(bytes.getLong(at + 64)).isZero();
            if (ring < 2) {
                int packet = at + RingDescriptor.DATA_OFFSET + 3 * 65_536;
                assertThat(bytes.getInt(packet)).isEqualTo(PacketDescriptor.CTF_MAGIC);
                assertThat(bytes.getLong(packet + PacketDescriptor.PACKET_SIZE_OFFSET))
                        .isEqualTo(8 * 65_536);
                assertThat(bytes.getInt(packet + PacketDescriptor.CPU_ID_OFFSET))
                        .isEqualTo(ring);
                assertThat(bytes.getLong(at + RingDescriptor.DATA_OFFSET + PacketDescriptor.TIMESTAMP_BEGIN_OFFSET))
                        .isEqualTo(BEGIN);
            }
        }
    }

    @Test
    void enableBytes() throws IOException {
        try (SessionFile file = create(Reservation.NONE)) {
            file.setEnabled(5, true);
            file.setEnabled(65_534, true);
            assertThat(Files.readAllBytes(path)[4096 + 5]).isEqualTo((byte) 1);
            file.setEnabled(5, false);
            assertThat(Files.readAllBytes(path)[4096 + 5]).isZero();
            assertThat(Files.readAllBytes(path)[4096 + 65_534]).isEqualTo((byte) 1);
            file.disableAll();
            assertThat(Files.readAllBytes(path)[4096 + 65_534]).isZero();
            assertThatThrownBy(() -> file.setEnabled(65_535, true)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aReservedRingHasItsMemory() throws IOException {
        create(Reservation.NONE).close();
        long sparse = blocks();
        Files.delete(path);
        create(new Reservation(2, true, true, true)).close();
        long written = blocks();
        assertThat(written - sparse).isGreaterThan(4L << 20);
        Files.delete(path);
        try (SessionFile file = create(new Reservation(2, true, true, false))) {
            assertThat(blocks()).as("allocated, not written").isEqualTo(written);
            byte[] before = Files.readAllBytes(path);
            file.clear(() -> true);
            assertThat(Files.readAllBytes(path)).isEqualTo(before);
            assertThat(blocks()).isEqualTo(written);
        }
        assertThat(new Reservation(1, true, false, true).totalBytes(geometry))
                .isEqualTo(RingDescriptor.DATA_OFFSET + (1 << 20));
    }

    @Test
    void ringsAreAllocatedWhileTheFileIsInUse() throws IOException {
        create(new Reservation(2, true, true, false)).close();
        long whole = blocks();
        Files.delete(path);
        try (SessionFile file = create(new Reservation(2, true, false, false))) {
            assertThat(blocks()).isLessThan(whole);
            byte[] before = Files.readAllBytes(path);
            int descriptor = (int) Descriptors.open(path.toString(), Descriptors.O_RDWR);
            try {
                file.allocate(descriptor, new Reservation(2, false, true, false));
            } finally {
                Descriptors.close(descriptor);
            }
            assertThat(blocks()).isEqualTo(whole);
            assertThat(Files.readAllBytes(path)).isEqualTo(before);
        }
    }

    private long blocks() throws IOException {
        Process process = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        return 512
                * Long.parseLong(
                        new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                                .strip());
    }

    @Test
    void anExistingFileOrLinkIsNotTouched() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "mine");
        Files.createSymbolicLink(path, victim);
        assertThatThrownBy(() -> create(Reservation.NONE)).hasMessageContaining("exists already");
        assertThat(victim).hasContent("mine");
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, geometry, SESSION))
                .hasMessageContaining("not a plain file");
    }

    @Test
    void tooLittleRoomIsRefusedAndNothingIsLeft() {
        RingGeometry huge = RingGeometry.withCapacity(8192, 1L << 30, RecordingMode.DISCARD);
        SessionFileException refused = catchThrowableOfType(
                SessionFileException.class,
                () -> SessionFile.create(path, huge, SESSION, new Reservation(8192, true, true, true), BEGIN));
        assertThat(refused.reason()).isEqualTo(Reason.NO_SPACE);
        assertThat(refused).hasMessageContaining("--buffer-size").hasMessageContaining("MiB free");
        assertThat(path).doesNotExist();
    }

    @Test
    void aDamagedFileIsRefusedWithTheReason() throws IOException {
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, geometry, SESSION))
                .hasMessageContaining("does not exist");
        create(Reservation.NONE).close();
        SessionFile.openForRecovery(path, geometry, SESSION).close();
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, geometry, new UUID(1, 2)))
                .hasMessageContaining("contradicts");
        RingGeometry other = RingGeometry.withCapacity(2, 1 << 21, RecordingMode.DISCARD);
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, other, SESSION))
                .hasMessageContaining("bytes instead of");
        patch(8, 99);
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, geometry, SESSION))
                .hasMessageContaining("layout version 99");
        patch(0, 0);
        assertThatThrownBy(() -> SessionFile.openForRecovery(path, geometry, SESSION))
                .hasMessageContaining("magic");
    }

    private void patch(long offset, int value) throws IOException {
        try (var channel = java.nio.channels.FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value), offset);
        }
    }

    @Test
    void geometryIsRoundedToWhatTheLayoutPermits() {
        assertThat(RingGeometry.withCapacity(1, 1, RecordingMode.BLOCK).capacityBytes())
                .isEqualTo(65_536);
        assertThat(RingGeometry.withCapacity(1, 65_537, RecordingMode.BLOCK).capacityBytes())
                .isEqualTo(131_072);
        assertThat(RingGeometry.withCapacity(1, Long.MAX_VALUE, RecordingMode.BLOCK)
                        .capacityBytes())
                .isEqualTo(RingGeometry.MAX_CAPACITY);
        assertThat(RingGeometry.withCapacity(1, 1 << 26, RecordingMode.BLOCK).subBufferSizeBytes())
                .isEqualTo(4 << 20);
    }

    @Test
    void cpuLists() throws IOException {
        assertThat(Cpus.endOfList("0\n")).isEqualTo(1);
        assertThat(Cpus.endOfList("0-7\n")).isEqualTo(8);
        assertThat(Cpus.endOfList("0-1,3,8-15\n")).isEqualTo(16);
        assertThat(Cpus.possibleCount()).isGreaterThanOrEqualTo(Cpus.onlineEnd());
    }
}
