package io.trapless.tracer.session.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.ring.RingGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionStoreTest {
    @TempDir
    Path folder;

    private SessionBase base;

    @BeforeEach
    void choose() throws IOException {
        base = SessionBase.choose(folder.resolve("base"), Map.of());
    }

    /** Whoever makes a session and dies leaves a directory that tells it was its own. */
    @Test
    void whatADeadMakerLeftGoesAtOnce() throws Exception {
        SessionDirectory ours = SessionDirectory.begin(base, "alive", 1);
        assertThat(SessionMaker.name(ours.name())).startsWith("alive-1-");
        ProcessKey dead = new ProcessKey(ProcessKey.ofSelf().pid(), 1);
        Path left = folder(new SessionMaker(dead, SessionMaker.self().pidNamespace()));
        Path far = folder(new SessionMaker(dead, 1));
        Path farAndOld = folder(new SessionMaker(dead, 2));
        Files.setLastModifiedTime(farAndOld, FileTime.from(Instant.now().minusSeconds(120)));
        SessionDirectory.deleteUnpublished(base);
        assertThat(ours.path()).exists();
        assertThat(left).doesNotExist();
        assertThat(far).as("of another pid namespace, where it may live").exists();
        assertThat(farAndOld).doesNotExist();
    }

    private Path folder(SessionMaker maker) throws IOException {
        Path path = base.path().resolve(maker.hidden("name", 1));
        SessionBase.makePrivateDirectory(path);
        return path;
    }

    static SessionProperties properties(ProcessKey tracer) {
        return new SessionProperties(
                tracer,
                new UUID(1, 2),
                Instant.parse("2026-01-02T03:04:05.678Z"),
                RingGeometry.withCapacity(2, 1 << 16, RecordingMode.DISCARD),
                1_000,
                new TscCalibration.Sample(1_000, 1_700_000_000_000_000_000L),
                2_300_000_000L,
                Path.of("/somewhere/with space/träce"),
                List.of(
                        new SessionProperties.Target(
                                new ProcessKey(12, 34),
                                "/bin/a b",
                                List.of("a b", "", "x=\\u0041\n\t#!:", "ß\u0000".substring(0, 1))),
                        new SessionProperties.Target(new ProcessKey(13, 35), "/bin/c", List.of("c"))));
    }

    static EventTable table() {
        return new EventTable(
                Environment.builder()
                        .tracer(0, 1, 0)
                        .put("text", "tab\tback\\slash\nline")
                        .build(),
                List.of(
                        new EventType(0, "uprobe:/bin/a b:f\tg\\", 12, List.of(), false),
                        new EventType(
                                65_534,
                                "usdt:x",
                                0,
                                List.of(
                                        FieldType.integer("a", 4, true),
                                        FieldType.hex("b", 8),
                                        FieldType.real("c", 8),
                                        FieldType.text("d"),
                                        FieldType.bytes("e")),
                                true)));
    }

    @Test
    void theBaseIsWhereTheUserWantsItOrInSharedMemory() throws IOException {
        assertThat(SessionBase.choose(Path.of("/x"), Map.of("XDG_RUNTIME_DIR", "/run/user/1"))
                        .path())
                .isEqualTo(Path.of("/x"));
        Path fallback = Path.of("/dev/shm/trapless-" + SessionBase.ownUid());
        assertThat(SessionBase.choose(null, Map.of()).path()).isEqualTo(fallback);
        assertThat(SessionBase.choose(null, Map.of("XDG_RUNTIME_DIR", "/does/not/exist"))
                        .path())
                .isEqualTo(fallback);
        assertThat(SessionBase.choose(null, Map.of("XDG_RUNTIME_DIR", "/proc")).path())
                .isEqualTo(fallback);
        assertThat(SessionBase.choose(null, Map.of("XDG_RUNTIME_DIR", "/dev/shm"))
                        .path())
                .isEqualTo(Path.of("/dev/shm/trapless"));
    }

    @Test
    void aSessionIsPrivateAndItsNameUnique() throws IOException {
        SessionDirectory one = SessionDirectory.create(base, "/usr/bin/redis server", 77);
        SessionDirectory two = SessionDirectory.create(base, "/usr/bin/redis server", 77);
        assertThat(one.name()).startsWith("redis_server-77-").isNotEqualTo(two.name());
        assertThat(Files.getPosixFilePermissions(one.path())).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(SessionDirectory.open(base, one.name()).path()).isEqualTo(one.path());
        one.delete();
        assertThat(one.path()).doesNotExist();
    }

    @Test
    void whatIsNotASessionOfOursIsRefused() throws IOException {
        base.prepare();
        for (String name : List.of("", ".", "..", "../x", "a/b", "missing")) {
            assertThatThrownBy(() -> SessionDirectory.open(base, name)).hasMessageContaining("there is no session");
        }
        Path open = Files.createDirectory(base.path().resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> SessionDirectory.open(base, "open")).hasMessageContaining("only its owner can enter");
        SessionDirectory real = SessionDirectory.create(base, "x", 1);
        Files.createSymbolicLink(base.path().resolve("link"), real.path());
        assertThatThrownBy(() -> SessionDirectory.open(base, "link")).hasMessageContaining("only its owner can enter");
        SessionBase ours = new SessionBase(open, false);
        assertThatThrownBy(ours::prepare).hasMessageContaining("only its owner can enter");
    }

    @Test
    void propertiesComeBack() throws IOException {
        SessionDirectory directory = SessionDirectory.create(base, "x", 1);
        SessionProperties written = properties(ProcessKey.ofSelf());
        written.write(directory);
        assertThat(SessionProperties.read(directory)).isEqualTo(written);
        written.write(directory);
        try (var files = Files.list(directory.path())) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void eventsComeBack() throws IOException {
        SessionDirectory directory = SessionDirectory.create(base, "x", 1);
        table().write(directory);
        assertThat(EventTable.read(directory)).isEqualTo(table());
    }

    @Test
    void damageIsOneClearLine() throws IOException {
        long seed = System.nanoTime();
        System.out.println("SessionStoreTest seed " + seed);
        Random random = new Random(seed);
        SessionDirectory directory = SessionDirectory.create(base, "x", 1);
        assertThatThrownBy(() -> SessionProperties.read(directory))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no file");
        properties(ProcessKey.ofSelf()).write(directory);
        table().write(directory);
        byte[] properties = directory.read(SessionDirectory.PROPERTIES);
        byte[] events = directory.read(SessionDirectory.EVENTS);
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            refused += readDamaged(directory, SessionDirectory.PROPERTIES, properties, random) ? 0 : 1;
            refused += readDamaged(directory, SessionDirectory.EVENTS, events, random) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(300);
    }

    private static boolean readDamaged(SessionDirectory directory, String file, byte[] content, Random random)
            throws IOException {
        byte[] damaged = content.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        int length = random.nextInt(3) == 0 ? random.nextInt(damaged.length) : damaged.length;
        Files.write(directory.path().resolve(file), java.util.Arrays.copyOf(damaged, length));
        try {
            if (file.equals(SessionDirectory.PROPERTIES)) {
                SessionProperties.read(directory);
            } else {
                EventTable.read(directory);
            }
            return true;
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("damaged");
            return false;
        }
    }

    @Test
    void fiftyThousandEventsAreQuick() throws IOException {
        List<EventType> events = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            events.add(new EventType(
                    i, "uprobe:/usr/lib/libsomething.so:function_" + i, 5, List.of(FieldType.hex("x", 8)), false));
        }
        SessionDirectory directory = SessionDirectory.create(base, "x", 1);
        long start = System.nanoTime();
        new EventTable(Environment.builder().build(), events).write(directory);
        System.out.println("50,000 events written in " + (System.nanoTime() - start) / 1_000 + " us, cold");
        assertThat(EventTable.read(directory).events()).isEqualTo(events);
    }

    @Test
    void processesAreKnownByTheirStart() throws Exception {
        ProcessKey self = ProcessKey.ofSelf();
        assertThat(self.isAlive()).isTrue();
        assertThat(new ProcessKey(self.pid(), self.startTime() - 1).isAlive()).isFalse();
        assertThat(new ProcessKey(1 << 30, 5).isAlive()).isFalse();
    }
}
