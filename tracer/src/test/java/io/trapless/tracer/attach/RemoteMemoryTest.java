package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Memory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
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
        checkMappings(pid, file, Descriptors.O_RDWR);
        // What can't be opened by its path comes through a socket.
        checkMappings(pid, file, Descriptors.O_RDWR | Descriptors.O_DIRECTORY);
        Files.delete(file);
    }

    private void checkMappings(int pid, Path file, int flags) throws Exception {
        int descriptor = (int) Descriptors.open(file.toString(), Descriptors.O_RDWR);
        MemorySegment ours = Memory.map(descriptor, SIZE, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_SHARED);
        try (TargetProcess target = TargetProcess.open(pid)) {
            Gadgets gadgets = Gadgets.find(target);
            List<MemoryMapping> before = target.mappings();
            int files = openFiles(pid);
            long[] mapped = ptracer.call(() -> {
                try (StoppedThreads one = target.stopOne();
                        RemoteCalls calls = RemoteCalls.borrow(one, gadgets)) {
                    return mapBoth(target, new RemoteMemory(calls), new OpenFile(file, flags, descriptor));
                }
            });
            assertThat(openFiles(pid)).isEqualTo(files);
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
        }
    }

    private static int openFiles(int pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) files.count();
        }
    }

    static MemoryMapping firstText(TargetProcess target) throws AttachException {
        return target.mappings().stream()
                .filter(MemoryMapping::executable)
                .findFirst()
                .orElseThrow();
    }

    private static long[] mapBoth(TargetProcess target, RemoteMemory memory, OpenFile file) throws AttachException {
        MemoryMapping text = firstText(target);
        long near = memory.mapAnonymousNear(text.start(), text.end(), SIZE, Memory.PROT_READ | Memory.PROT_EXEC);
        assertThat(Math.abs(near - text.end())).isLessThan(Integer.MAX_VALUE);
        assertThat(Math.abs(near + SIZE - text.start())).isLessThan(Integer.MAX_VALUE);
        RemoteBatch batch = new RemoteBatch();
        int first = batch.mapFile(SIZE, Memory.PROT_READ | Memory.PROT_WRITE);
        int second = batch.mapFileOver(near + SIZE / 2, SIZE / 2, Memory.PROT_READ | Memory.PROT_WRITE);
        RemoteBatch.Results results = memory.run(batch, file, near);
        results.check(target);
        assertThat(results.of(second)).isEqualTo(near + SIZE / 2);
        return new long[] {results.of(first), near};
    }

    /** In one go: there is no descriptor that could be handed over. */
    @Test
    void aTargetThatSeesTheFileOpensItItself() throws Exception {
        Path file = Files.createTempFile("trapless-ring", ".bin");
        Files.write(file, new byte[SIZE]);
        try (TestTarget program = TestTarget.start("idle");
                TargetProcess target = TargetProcess.open(program.pid())) {
            ptracer.call(() -> {
                try (StoppedThreads stopped = target.stopAll();
                        RemoteCalls calls = RemoteCalls.borrow(stopped, Gadgets.find(target))) {
                    long[] mapped =
                            mapBoth(target, new RemoteMemory(calls), new OpenFile(file, Descriptors.O_RDWR, -1));
                    assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    assertThat(mapped[0]).isPositive();
                }
                return null;
            });
            program.terminate();
            program.assertGoodEnd();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void theFirstCallThatFailsEndsTheBatchAndTheFileIsClosed() throws Exception {
        Path file = Files.createTempFile("trapless-ring", ".bin");
        Files.write(file, new byte[SIZE]);
        try (TestTarget program = TestTarget.start("idle");
                TargetProcess target = TargetProcess.open(program.pid())) {
            int files = openFiles(program.pid());
            ptracer.call(() -> {
                try (StoppedThreads stopped = target.stopAll();
                        RemoteCalls calls = RemoteCalls.borrow(stopped, Gadgets.find(target))) {
                    RemoteMemory memory = new RemoteMemory(calls);
                    MemoryMapping text = firstText(target);
                    long room = memory.mapAnonymousNear(
                            text.start(), text.end(), SIZE, Memory.PROT_READ | Memory.PROT_EXEC);
                    RemoteBatch batch = new RemoteBatch();
                    int good = batch.mapFile(SIZE, Memory.PROT_READ);
                    int bad = batch.protect(1, 1, Memory.PROT_READ);
                    int after = batch.mapFile(SIZE, Memory.PROT_READ);
                    RemoteBatch.Results results = memory.run(batch, new OpenFile(file, Descriptors.O_RDWR, -1), room);
                    assertThat(results.of(good)).isPositive();
                    assertThat(results.of(bad)).isNegative();
                    assertThat(results.of(after)).isNegative();
                    assertThatThrownBy(() -> results.check(target))
                            .hasMessageContaining(
                                    "mprotect in the name of process " + target.pid() + " failed: EINVAL");
                }
                return null;
            });
            assertThat(openFiles(program.pid())).isEqualTo(files);
            program.terminate();
            program.assertGoodEnd();
        } finally {
            Files.delete(file);
        }
    }

    /** Another thread of the target may write where the list stands. */
    @Test
    void aListThatWasWrittenOverIsNoSuccess() throws Exception {
        RemoteBatch batch = new RemoteBatch();
        batch.mapFile(SIZE, Memory.PROT_READ);
        long base = 0x7000;
        for (long end : new long[] {1, -1, Long.MIN_VALUE, Long.MAX_VALUE, base, base + 32}) {
            ByteBuffer list = ByteBuffer.wrap(batch.list(base, "/x", 0)).order(ByteOrder.LITTLE_ENDIAN);
            list.putLong(0, end);
            assertThat(batch.results(list.array(), base).areGood())
                    .as("end %x", end)
                    .isFalse();
        }
    }
}
