package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Tells that somebody has opened one of some files: to execute it, to map it, or only to read it (inotify(7)). It does not tell who. Needs nothing but the right to read them. {@link #await} is for one thread. */
public final class Inotify implements AutoCloseable {
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int OPEN = 0x20;

    private final int descriptor;

    private Inotify(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Null if there are too many of them already. */
    public static @Nullable Inotify open() {
        long result = Syscalls.call(Syscalls.INOTIFY_INIT1, NONBLOCK | CLOEXEC);
        return result < 0 ? null : new Inotify((int) result);
    }

    /** @return whether the file can be watched */
    public boolean watch(String path) {
        return Descriptors.withPath(path, name -> Syscalls.call(Syscalls.INOTIFY_ADD_WATCH, descriptor, name, OPEN))
                >= 0;
    }

    /** Waits until a file has been opened since this was last called, at most for that long. */
    public boolean await(int timeoutMillis) {
        MemorySegment scratch = Syscalls.scratch();
        if (Descriptors.awaitInput(descriptor, timeoutMillis) <= 0) {
            return false;
        }
        long size;
        do { // all that has happened by now is one answer
            size = Syscalls.call(Syscalls.READ, descriptor, scratch.address(), Syscalls.SCRATCH_SIZE);
        } while (size > 0);
        return true;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
