package io.trapless.tracer.session.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.Reservation;
import io.trapless.tracer.ring.RingId;
import io.trapless.tracer.ring.RingKind;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.SessionLister.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session whose tracer has died: it is listed as what it is, and its rings become a trace that others can read. */
class RecoveryTest {
    private static final TscCalibration.Sample NOW =
            new TscCalibration.Sample(1_000 + 2_300_000_000L, 1_700_000_001_000_000_000L);
    private static final ProcessKey DEAD = new ProcessKey(1 << 30, 1);

    @TempDir
    Path folder;

    private SessionBase base;
    private SessionDirectory directory;

    @BeforeEach
    void create() throws IOException {
        base = SessionBase.choose(folder.resolve("base"), Map.of());
        directory = SessionDirectory.create(base, "x", 1);
    }

    /** A session with {@code events} records in the first sub-buffer of CPU 1. */
    private void session(ProcessKey tracer, int events) throws IOException {
        SessionProperties properties = SessionStoreTest.properties(tracer);
        properties.write(directory);
        new EventTable(
                        Environment.builder().tracer(0, 1, 0).build(),
                        List.of(new EventType(3, "uprobe:x:f", 12, List.of(FieldType.integer("seq", 8, false)), false)))
                .write(directory);
        SessionFile.create(directory.rings(), properties.geometry(), properties.uuid(), Reservation.NONE, 1_000)
                .close();
        ByteBuffer records = ByteBuffer.allocate(24 * events).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < events; i++) {
            records.putLong(RecordDescriptor.header(3, 2_000 + 10L * i))
                    .putInt(12)
                    .putInt(12)
                    .putLong(i);
        }
        long ring = properties.geometry().ringOffset(new RingId(RingKind.RSEQ, 1));
        try (FileChannel channel = FileChannel.open(directory.rings(), StandardOpenOption.WRITE)) {
            channel.write(records.flip(), ring + RingDescriptor.DATA_OFFSET + PacketDescriptor.HEADER_SIZE);
            ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(
                    head.putLong(0, PacketDescriptor.HEADER_SIZE + 24L * events), ring + RingDescriptor.HEAD_OFFSET);
        }
    }

    private SessionLister.Listed listed() throws StoreException {
        List<SessionLister.Listed> sessions = SessionLister.list(base);
        assertThat(sessions).hasSize(1);
        return sessions.getFirst();
    }

    @Test
    void aDeadSessionBecomesATrace() throws Exception {
        session(DEAD, 150);
        Path output = folder.resolve("trace");
        ConsumerStatistics statistics = Recovery.recover(directory, output, NOW, NOW::tsc);
        assertThat(statistics.events()).isEqualTo(150);
        Process babeltrace = new ProcessBuilder("babeltrace2", output.toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(babeltrace.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(babeltrace.waitFor()).isZero();
        assertThat(lines).hasSize(150);
        assertThat(lines.getLast()).contains("uprobe:x:f").contains("seq = 149");
        assertThatThrownBy(() -> Recovery.recover(directory, output, NOW, NOW::tsc))
                .hasMessageContaining("not empty");
    }

    @Test
    void sessionsAreListedAsWhatTheyAre() throws IOException {
        assertThat(SessionLister.list(base)).isEmpty();
        session(DEAD, 10);
        assertThat(listed().state()).isEqualTo(State.DEAD);
        assertThat(listed().heldBytes()).isGreaterThanOrEqualTo(200);
        try (JournalWriter journal = JournalWriter.open(directory)) {
            journal.append(List.of(new JournalEntry.Mapped(ProcessKey.ofSelf(), 0x1000, 0x1000)));
        }
        assertThat(listed().state()).isEqualTo(State.ABANDONED);
        assertThat(listed().leftovers()).hasSize(1);
        SessionStoreTest.properties(ProcessKey.ofSelf()).write(directory);
        assertThat(listed().state()).isEqualTo(State.LIVE);
        assertThatThrownBy(() -> Recovery.recover(directory, folder.resolve("t"), NOW, NOW::tsc))
                .hasMessageContaining("is being recorded");
        Files.writeString(directory.path().resolve(SessionDirectory.PROPERTIES), "format=1\ntargets=zwei\n");
        assertThat(listed().state()).isEqualTo(State.DAMAGED);
        assertThat(listed().damage()).contains("damaged");
        directory.delete();
        assertThat(SessionLister.list(base)).isEmpty();
    }

    @Test
    void aTruncatedRingFileIsOneClearLineAndLeavesNothing() throws IOException {
        session(DEAD, 10);
        try (FileChannel channel = FileChannel.open(directory.rings(), StandardOpenOption.WRITE)) {
            channel.truncate(5_000);
        }
        assertThatThrownBy(() -> Recovery.recover(directory, folder.resolve("t"), NOW, NOW::tsc))
                .hasMessageContaining("bytes instead of");
        assertThat(folder.resolve("t")).doesNotExist();
        assertThat(listed().state()).isEqualTo(State.DAMAGED);
    }
}
