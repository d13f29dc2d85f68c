package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TracedThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceDirectoryTest {
    @TempDir
    Path folder;

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> content = Files.list(directory)) {
            return content.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void filesAreTheOwnersOnly() throws Exception {
        Path trace = folder.resolve("a/b/trace");
        new RandomTrace(1).write(trace, 1000);
        assertThat(names(trace)).containsExactly("cpu0", "cpu1_atomic", "cpu2", "metadata");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trace)))
                .isEqualTo("rwx------");
        for (String name : names(trace)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trace.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void refusesWhatExists() throws Exception {
        RandomTrace random = new RandomTrace(1);
        Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> TraceDirectory.create(folder, random.schema()))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("is not empty");
        assertThatThrownBy(() -> TraceDirectory.create(folder.resolve("file"), random.schema()))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("is a file");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        TraceDirectory.create(empty, random.schema()).close();
        assertThat(names(empty)).containsExactly("metadata");
    }

    /** What stands on disk is looked at between any two steps, as if the writer had been killed there. */
    @Test
    void isAValidTraceAtEveryStep() throws Exception {
        RandomTrace random = new RandomTrace(3);
        EventType type = new EventType(9, "e", 1, List.of(FieldType.integer("n", 4, true)), false);
        var schema = random.schema().withEvents(List.of(type));
        Path directory = folder.resolve("trace");
        try (TraceDirectory trace = TraceDirectory.create(directory, schema);
                Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(PacketHeader.SIZE_BYTES + 30_000 * 20L);
            for (int k = 0; k < 12; k++) {
                assertEvents(directory, k * 30_000L);
                for (int i = 0; i < 30_000; i++) {
                    long at = PacketHeader.SIZE_BYTES + i * 20L;
                    long tsc = (1L << 50) + k * 1_000_000L + i;
                    packet.set(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, at, tsc << 16 | 9);
                }
                long begin = (1L << 50) + k * 1_000_000L;
                new PacketHeader(schema.uuid(), begin, begin + 30_000, packet.byteSize(), packet.byteSize(), k, 0, 0, 0)
                        .writeTo(packet, 0);
                trace.append(0, PacketHeader.RING_RSEQ, packet);
                trace.writeThreads(List.of(new TracedThread(0, 42, "na\nme")));
                trace.replaceMetadata(schema.withClock(TraceClock.through(1L << 50, k, 1_000_000_007)));
            }
            assertEvents(directory, 12 * 30_000L);
        }
        assertEvents(directory, 12 * 30_000L);
        assertThat(names(directory)).containsExactly(".threads", "cpu0", "metadata");
        assertThat(Files.size(directory.resolve("cpu0"))).isLessThan(12 * (30_000 * 20L + 256));
    }

    private static void assertEvents(Path directory, long events) throws Exception {
        try (TraceReader reader = TraceReader.open(directory)) {
            long count = 0;
            while (reader.next()) {
                assertThat(reader.event().pid()).isEqualTo(42);
                count++;
            }
            assertThat(count).isEqualTo(events);
        }
        if (events > 0) {
            Tools.Output output =
                    Tools.babeltrace("--component=sink.utils.counter", "--params=hide-zero=true", directory.toString());
            assertThat(output.err()).isEmpty();
            assertThat(output.out()).contains(events + " Event messages");
        }
    }

    /** A file size limit stands for a full disk: it needs no mount. */
    @Test
    void whatWasWrittenBeforeTheDiskWasFullIsWhole() throws Exception {
        Path directory = folder.resolve("trace");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f 3000; exec \"$@\"", "sh"));
        command.addAll(writer(directory));
        Tools.Output output = Tools.run(command);
        assertThat(output.err()).contains("the disk is full");
        assertThat(output.out()).startsWith("written ");
        long written = Long.parseLong(output.out().strip().substring("written ".length()));
        assertThat(written).isPositive();
        assertEvents(directory, written);
    }

    @Test
    void aKilledWriterLeavesAValidTrace() throws Exception {
        killWriters(3);
    }

    @Test
    @Tag("long")
    void manyKilledWritersLeaveValidTraces() throws Exception {
        killWriters(60);
    }

    private void killWriters(int times) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            Path directory = folder.resolve("killed" + i);
            Process writer = new ProcessBuilder(writer(directory)).start();
            try {
                while (!Files.exists(directory.resolve("cpu0")) && writer.isAlive()) {
                    Thread.sleep(1);
                }
                Thread.sleep(random.nextInt(200));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            try (TraceReader reader = TraceReader.open(directory)) {
                long count = 0;
                while (reader.next()) {
                    count++;
                }
                assertThat(count % FullDiskMain.EVENTS).isZero();
                assertEvents(directory, count);
            }
            Files.delete(directory.resolve("cpu0"));
        }
    }

    private static List<String> writer(Path directory) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return List.of(java, "-Xmx64m", "-cp", classPath, FullDiskMain.class.getName(), directory.toString());
    }
}
