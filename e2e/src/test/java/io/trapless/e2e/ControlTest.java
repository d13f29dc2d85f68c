package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other commands ask a running recording for. */
final class ControlTest {
    private static final int SECONDS = 60;

    @TempDir
    Path folder;

    private Leftovers leftovers;

    @BeforeEach
    void setUp() throws Exception {
        leftovers = Leftovers.fresh();
    }

    @AfterEach
    void tearDown() throws Exception {
        leftovers.delete();
    }

    @Test
    void probesAreSwitchedOffAndOnWhileTheRecordingRuns() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = record(target, "discard", "work", "alarming")) {
            begin(target, tracer);
            target.burst("work 1000");
            assertThat(set(target, "work", "off")).isEqualTo("1 probe switched off\n");
            target.burst("work 500");
            target.burst("alarm");
            assertThat(set(target, target.uprobe("work"), "on")).isEqualTo("1 probe switched on\n");
            target.burst("work 250");
            assertThat(set(target, "*", "off")).isEqualTo("2 probes switched off\n");
            target.burst("work 100");
            target.burst("alarm");
            assertThat(set(target, "uprobe:burst:*", "off")).startsWith("0 probes switched off (2 match");
            assertThat(set(target, "u:*:al*", "on")).isEqualTo("1 probe switched on\n");
            target.burst("alarm");
            end(target, tracer);

            List<TraceEvent> events = TraceEvent.view(folder.resolve("trace"));
            assertThat(sequences(events, target.uprobe("work")))
                    .isEqualTo(LongStream.concat(LongStream.range(0, 1000), LongStream.range(1500, 1750))
                            .boxed()
                            .toList());
            assertThat(sequences(events, target.uprobe("alarming"))).containsExactly(1500L, 1850L);
        }
    }

    @Test
    void aSnapshotHoldsAllThatTheRingsDoAndDisturbsNothing() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = record(target, "overwrite", "work")) {
            begin(target, tracer);
            for (int i = 1; i <= 3; i++) {
                target.burst("work 1000");
                Path snapshot = folder.resolve("snapshot" + i);
                Trapless.Result taken = control("snapshot", i == 2 ? "burst" : target.pid(), "-o", snapshot)
                        .succeeded();
                assertThat(taken.out()).isEqualTo(i * 1000 + " events in " + snapshot + "\n");
                assertThat(RecordTest.countedByBabeltrace(snapshot)).isEqualTo(i * 1000L);
                assertThat(sequences(TraceEvent.view(snapshot), target.uprobe("work")))
                        .isEqualTo(LongStream.range(0, i * 1000L).boxed().toList());
            }
            Trapless.Result again = control("snapshot", target.pid(), "-o", folder.resolve("snapshot1"));
            assertThat(again.exitStatus()).isEqualTo(1);
            assertThat(again.err()).hasLineCount(1).contains("not empty");
            end(target, tracer);
            assertThat(TraceEvent.view(folder.resolve("trace"))).hasSize(3000);
        }
    }

    @Test
    void snapshotsOfARingThatIsWrittenOverAllTheTime() throws Exception {
        try (Target target = Target.start("seqloop", 2, 0);
                Trapless.Running tracer = Trapless.start(
                        "record",
                        "-p",
                        target.pid(),
                        "-e",
                        target.uprobe("work") + " { seq = (int32)arg0, thread = (int32)arg1 }",
                        "-o",
                        folder.resolve("trace"),
                        "--mode",
                        "overwrite",
                        "--buffer-size",
                        "4M",
                        "--shm-path",
                        leftovers.shm())) {
            target.awaitPatched(tracer);
            target.go();
            awaitListening();
            for (int i = 0; i < 3; i++) {
                Path snapshot = folder.resolve("snapshot" + i);
                control("snapshot", target.pid(), "-o", snapshot).succeeded();
                // A packet that was written over is missing as a whole, which is no error; nothing else may be wrong.
                assertThat(Programs.run(List.of("babeltrace2", "--verbose", "-o", "dummy", snapshot.toString())))
                        .isNotNull();
                Trapless.Result view = Trapless.run("view", snapshot, "--json", "--limit", "1000")
                        .succeeded();
                assertThat(view.out().lines()).hasSize(1000);
            }
            end(target, tracer);
        }
    }

    @Test
    void whatCannotBeDoneIsOneClearLine() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = record(target, "discard", "work")) {
            begin(target, tracer);
            assertFails("there is no session nobody", "set", "nobody", "work", "off");
            assertFails("there is no session 999999999", "set", "999999999", "work", "off");
            assertFails("no probe of this session is called fork; it has uprobe:", "set", target.pid(), "fork", "off");
            assertFails("--mode overwrite", "snapshot", target.pid(), "-o", folder.resolve("snapshot"));
            assertThat(folder.resolve("snapshot")).doesNotExist();
            tracer.kill();
            tracer.await(SECONDS);
            assertFails("has died; 'trapless recover", "set", "burst", "work", "off");
            control("detach", "-p", target.pid()).succeeded();
        }
    }

    @Test
    void garbageAndManyClientsHarmNothing() throws Exception {
        try (Target target = Target.start("burst");
                Trapless.Running tracer = record(target, "discard", "work")) {
            begin(target, tracer);
            Path socket = session().resolve("control");
            assertThat(Files.getPosixFilePermissions(socket).toString()).doesNotContain("GROUP", "OTHERS");
            Random random = new Random(7);
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                byte[] bytes = new byte[random.nextInt(1000)];
                random.nextBytes(bytes);
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.write(ByteBuffer.wrap(bytes));
                if (i % 3 == 0) {
                    channel.close();
                } else {
                    silent.add(channel);
                }
            }
            assertThat(answer(socket, "x".repeat(100_000))).isIn("", "usage\tthe request is too long\n");
            assertThat(answer(socket, "trapless-control 2\tset\toff\t*\n")).startsWith("usage\t");
            assertThat(answer(socket, "trapless-control 1\tset\toff\n")).startsWith("usage\t");
            assertThat(answer(socket, "trapless-control 1\tsnapshot\trelative\n"))
                    .startsWith("usage\t");
            List<Trapless.Running> clients = new ArrayList<>();
            for (String state : List.of("off", "off", "off", "off")) {
                clients.add(Trapless.start("set", "burst", "work", state, "--shm-path", leftovers.shm()));
            }
            int changed = 0;
            for (Trapless.Running client : clients) {
                changed += client.await(SECONDS).succeeded().out().startsWith("1 probe") ? 1 : 0;
                client.close();
            }
            assertThat(changed).isEqualTo(1);
            set(target, "work", "on");
            target.burst("work 10");
            end(target, tracer);
            for (SocketChannel channel : silent) {
                channel.close();
            }
            assertThat(TraceEvent.view(folder.resolve("trace"))).hasSize(10);
            assertThat(leftovers.all()).isEmpty();
        }
    }

    /** What the recording says to a line that no client of ours would send; nothing if it hangs up. */
    private static String answer(Path socket, String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            try {
                channel.write(ByteBuffer.wrap(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                ByteBuffer reply = ByteBuffer.allocate(1 << 16);
                while (channel.read(reply) >= 0) {
                    assertThat(reply.hasRemaining()).isTrue();
                }
                return new String(reply.array(), 0, reply.position(), java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        }
    }

    private void assertFails(String part, Object... words) throws Exception {
        Trapless.Result result = control(words);
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.err()).hasLineCount(1).contains(part);
    }

    private Trapless.Running record(Target target, String mode, String... functions) throws IOException {
        List<String> clauses = new ArrayList<>();
        for (String function : functions) {
            clauses.add("-e");
            clauses.add(target.uprobe(function) + " { seq = (int32)arg0 }");
        }
        return Trapless.start(
                "record",
                "-p",
                target.pid(),
                clauses,
                "-o",
                folder.resolve("trace"),
                "--mode",
                mode,
                "--buffer-size",
                "1M",
                "--shm-path",
                leftovers.shm());
    }

    private void begin(Target target, Trapless.Running tracer) throws Exception {
        target.awaitPatched(tracer);
        target.go();
        awaitListening();
    }

    private void awaitListening() throws Exception {
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!Files.exists(session().resolve("control"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static void end(Target target, Trapless.Running tracer) throws Exception {
        tracer.signal("TERM");
        tracer.await(SECONDS).succeeded();
        assertThat(target.bytes()).isEqualTo(target.originalBytes());
        assertThat(target.isAlive()).isTrue();
    }

    private Path session() throws IOException {
        try (Stream<Path> entries = Files.list(leftovers.shm())) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String set(Target target, String probe, String state) throws Exception {
        return control("set", target.pid(), probe, state).succeeded().out();
    }

    private Trapless.Result control(Object... words) throws Exception {
        List<Object> all = new ArrayList<>(List.of(words));
        all.add("--shm-path");
        all.add(leftovers.shm());
        return Trapless.run(all.toArray());
    }

    private static List<Long> sequences(List<TraceEvent> events, String probe) {
        return IntStream.range(0, events.size())
                .mapToObj(events::get)
                .filter(event -> event.probe().equals(probe))
                .map(event -> event.field("seq"))
                .sorted()
                .toList();
    }
}
