package io.trapless.tracer.session;

import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.attach.OpenFile;
import io.trapless.tracer.attach.RemoteBatch;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.attach.RemoteMemory;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.StackScan;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.attach.TextPatcher;
import io.trapless.tracer.attach.ThreadLayout;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.linux.Processes;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does to a child of our own what is about to be done to a stranger: a cold JVM loads classes and interprets, and a target would stand still for all of that. On the {@code Ptracer} thread
 * only; nothing that goes wrong here matters.
 */
final class Rehearsal {
    private static final long AT_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(180);
    private static final int ROUNDS = 100;
    private static final int PAGE = 4096;

    /** Sleeps until it is killed, and is there on every Linux. */
    private static final List<String> CHILD = List.of("sleep", "60");

    private static final Path SOME_FILE = Path.of(System.getProperty("java.home"), "release");

    private Rehearsal() {}

    static void run() {
        LaunchedProcess child = null;
        StackScan.warmUp();
        try {
            child = LaunchedProcess.start(CHILD);
            // each of its answers would wait for a turn beside what else this JVM has begun
            Processes.favour(child.pid());
            rehearse(child.pid());
        } catch (AttachException | LinuxException _) {
            // The stop of the real target will be a little longer, and will tell if anything is wrong.
        } finally {
            if (child != null) {
                child.signal(Processes.SIGKILL);
                child.awaitExit(-1);
            }
        }
    }

    private static void rehearse(int pid) throws AttachException {
        long begin = System.nanoTime();
        try (TargetProcess target = TargetProcess.open(pid);
                OpenFile file = OpenFile.open(SOME_FILE, Descriptors.O_RDONLY)) {
            Gadgets gadgets = Gadgets.find(target);
            long text = firstText(target);
            for (int round = 0; round < ROUNDS && System.nanoTime() - begin < AT_MOST_NANOS; round++) {
                try (StoppedThreads stopped = target.stopOne()) {
                    ThreadLayout.discover(stopped);
                    try (RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                        mapAndUnmap(new RemoteMemory(calls), file, text);
                    }
                }
                try (StoppedThreads stopped = target.stopAll()) {
                    byte[] code = target.readMemory(text, 5);
                    TextPatcher.of(List.of(new TextChange(text, code, code)), List.of(new RipMove(text, text)))
                            .apply(stopped);
                    StackScan.findsAny(stopped, List.of(new AddressRange(text, text + 1)));
                }
            }
        }
    }

    private static void mapAndUnmap(RemoteMemory memory, OpenFile file, long text) throws AttachException {
        long near = memory.mapAnonymousNear(text, text + 1, 2 * PAGE, Memory.PROT_READ | Memory.PROT_EXEC);
        RemoteBatch batch = new RemoteBatch();
        int mapping = batch.mapFile(PAGE, Memory.PROT_READ);
        batch.mapFileOver(near + PAGE, PAGE, Memory.PROT_READ);
        memory.unmap(memory.run(batch, file, near).of(mapping), PAGE);
        memory.unmap(near, 2 * PAGE);
    }

    private static long firstText(TargetProcess target) throws AttachException {
        for (MemoryMapping mapping : target.mappings()) {
            if (mapping.executable() && mapping.isFile()) {
                return mapping.start();
            }
        }
        return 0;
    }
}
