package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mappings in targets of every build: shared files, memory near the text, and nothing left behind. */
class RemoteMemoryTest {
    private static final int SIZE = 64 * 1024;

    private final Ptracer ptracer = new Ptracer();

    @AfterEach
    void end() {
        ptracer.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -O1 -g -pthread",
                "gcc -O1 -g -pthread -no-pie",
                "gcc -O1 -g -pthread -static",
                "gcc -O1 -g -pthread -static-pie",
                "musl-gcc -O1 -g -pthread",
                "musl-gcc -O1 -g -pthread -static",
            })
    void everyBuildOfATarget(String compiler) throws Exception {
        try (TestTarget program = TestTarget.startCompiled(compiler, "idle")) {
            checkMappings(program.pid());
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void aThreadThatBlocksAllSignalsKeepsMaskHandlersAndAlternateStack() throws Exception {
        try (TestTarget program = TestTarget.start("idle", "blocked")) {
            checkMappings(program.pid());
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void aTargetOfAnotherUserInOtherNamespaces() throws Exception {
        Assumptions.assumeTrue(
                Files.isWritable(Path.of("/proc/sys/kernel/ns_last_pid")),
                "not root: another user's process cannot be started");
        Path copy = Files.createTempDirectory("trapless-target").resolve("idle");
        Files.copy(TestTarget.compile(TestTarget.GCC, "idle"), copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(copy.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> wrapper = List.of(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "setpriv",
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups");
        try (TestTarget program = TestTarget.run(wrapper, copy)) {
            int pid = onlyChild(program.pid());
            checkMappings(pid);
            try (TargetProcess target = TargetProcess.open(pid)) {
                assertThat(target.uid()).isEqualTo(65534);
                assertThat(target.namespacePid()).isEqualTo(1);
                ThreadLayout layout = ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        return ThreadLayout.discover(stopped);
                    }
                });
                assertThat(layout.hasRseq()).isTrue();
            }
        } finally {
            Files.delete(copy);
            Files.delete(copy.getParent());
        }
    }

    static int onlyChild(int pid) throws Exception {
        Path children = Path.of("/proc/" + pid + "/task/" + pid + "/children");
        return Integer.parseInt(Files.readString(children).strip());
    }

    /** Maps a file and a piece of memory near the program's text, writes both, unmaps both, and compares the memory map before and after. */
    private void checkMappings(int pid) throws Exception {
        Path file = Files.createTempFile("trapless-ring", ".bin");
        Files.write(file, new byte[SIZE]);
        int descriptor = (int) Descriptors.open(file.toString(), Descriptors.O_RDWR);
        MemorySegment ours = Memory.map(descriptor, SIZE, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_SHARED);
        try (TargetProcess target = TargetProcess.open(pid)) {
            Gadgets gadgets = Gadgets.find(target);
            List<MemoryMapping> before = target.mappings();
            long[] mapped = ptracer.call(() -> {
                try (StoppedThreads one = target.stopOne();
                        RemoteCalls calls = RemoteCalls.borrow(one, gadgets)) {
                    return mapBoth(target, new RemoteMemory(calls), descriptor);
                }
            });
            target.writeMemory(mapped[0] + 100, new byte[] {1, 2, 3});
            assertThat(ours.get(ValueLayout.JAVA_BYTE, 102)).isEqualTo((byte) 3);
            target.writeMemory(mapped[1], new byte[] {4, 5, 6});
            assertThat(target.readMemory(mapped[1], 3)).containsExactly(4, 5, 6);
            ptracer.call(() -> {
                try (StoppedThreads all = target.stopAll();
                        RemoteCalls calls = RemoteCalls.borrow(all, gadgets)) {
                    RemoteMemory memory = new RemoteMemory(calls);
                    memory.unmap(mapped[0], SIZE);
                    memory.unmap(mapped[1], SIZE);
                }
                return null;
            });
            assertThat(target.mappings()).isEqualTo(before);
        } finally {
            Memory.unmap(ours);
            Descriptors.close(descriptor);
            Files.delete(file);
        }
    }

    private static long[] mapBoth(TargetProcess target, RemoteMemory memory, int descriptor) throws AttachException {
        MemoryMapping text = target.mappings().stream()
                .filter(MemoryMapping::executable)
                .findFirst()
                .orElseThrow();
        long shared = memory.mapFile(descriptor, SIZE, Memory.PROT_READ | Memory.PROT_WRITE);
        long near = memory.mapAnonymousNear(text.start(), text.end(), SIZE, Memory.PROT_READ | Memory.PROT_EXEC);
        assertThat(Math.abs(near - text.end())).isLessThan(Integer.MAX_VALUE);
        assertThat(Math.abs(near + SIZE - text.start())).isLessThan(Integer.MAX_VALUE);
        return new long[] {shared, near};
    }
}
