package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.LaunchedProcess.AtStart;
import io.trapless.tracer.linux.Descriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that the tracer starts itself. */
class LaunchedProcessTest {
    private final Ptracer ptracer = new Ptracer();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        ptracer.close();
    }

    @Test
    void statusOutputAndEnvironmentAreTheCommandsOwn() throws Exception {
        Path output = Files.createFile(folder.resolve("out"));
        int file = (int) Descriptors.open(output.toString(), Descriptors.O_RDWR);
        LaunchedProcess process =
                LaunchedProcess.start(List.of("env"), List.of("A=1", "PATH=/usr/bin"), new int[] {0, file, 2});
        assertThat(process.awaitExit(10_000)).isZero();
        assertThat(Files.readString(output)).isEqualTo("A=1\nPATH=/usr/bin\n");
        LaunchedProcess failing = LaunchedProcess.start(List.of("/bin/sh", "-c", "exit 7"));
        assertThat(failing.awaitExit(10_000)).isEqualTo(7);
        LaunchedProcess killed = LaunchedProcess.start(List.of("/bin/sh", "-c", "kill -9 $$"));
        assertThat(killed.awaitExit(10_000)).isEqualTo(137);
        Descriptors.close(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -O1 -g -pthread",
                "gcc -O1 -g -pthread -no-pie",
                "gcc -O1 -g -pthread -static",
                "musl-gcc -O1 -g -pthread",
            })
    void stoppedBeforeAnyInitializerWithLibrariesMapped(String compiler) throws Exception {
        Path binary = TestTarget.compile(compiler, "busy");
        Path output = Files.createFile(folder.resolve("out"));
        int file = (int) Descriptors.open(output.toString(), Descriptors.O_RDWR);
        LaunchedProcess process = ptracer.call(() -> {
            AtStart entry = LaunchedProcess.startStopped(
                    List.of(binary.toAbsolutePath().toString(), "2"),
                    LaunchedProcess.environment(),
                    new int[] {0, file, 2});
            try (TargetProcess target = entry.target();
                    StoppedThreads stopped = entry.stopped()) {
                Registers registers = stopped.threads().getFirst().registers();
                assertThat(target.readMemory(registers.rip(), 1)[0]).isNotEqualTo((byte) 0xcc);
                boolean dynamic = target.mappings().stream()
                        .anyMatch(m -> m.path().contains("libc.so") || m.path().contains("ld-musl"));
                assertThat(dynamic).isEqualTo(!compiler.contains("static"));
                try (RemoteCalls calls = RemoteCalls.borrow(stopped, Gadgets.find(target))) {
                    assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                }
            }
            return entry.process();
        });
        for (int i = 0; i < 1000 && !Files.readString(output).contains("ready"); i++) {
            Thread.sleep(5);
        }
        try (TargetProcess again = TargetProcess.open(process.pid())) {
            int threads = ptracer.call(() -> {
                try (StoppedThreads stopped = again.stopAll()) {
                    return stopped.threads().size();
                }
            });
            assertThat(threads).isEqualTo(3);
        }
        Thread.sleep(300); // so that each of its threads gets a turn
        process.signal(15);
        assertThat(process.awaitExit(10_000)).isZero();
        assertThat(Files.readString(output)).isEqualTo("ready\nOK\n");
        Descriptors.close(file);
    }

    @Test
    void aCommandThatCannotBeStarted() throws Exception {
        assertRefused("no-such-command-anywhere", "no-such-command-anywhere");
        assertRefused("/no/such/file", "/no/such/file");
        Path text = Files.writeString(folder.resolve("text"), "not a program");
        Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertRefused(text.toString(), "ENOEXEC");
    }

    private void assertRefused(String command, String words) {
        assertThatThrownBy(() -> ptracer.call(() -> LaunchedProcess.startStopped(
                        List.of(command), LaunchedProcess.environment(), new int[] {0, 1, 2})))
                .isInstanceOfSatisfying(AttachException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.CANNOT_START);
                    assertThat(e).hasMessageContaining(words);
                });
    }
}
