package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Tells that somebody has opened one of some files: to execute it, to map it, or only to read it (inotify(7)). It does not tell who. Needs nothing but the right to read them. {@link #await} is for one thread. */
public final class Inotify implements AutoCloseable {
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int OPEN = 0x20;
    private static final int POLLIN = 1;

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
        MemorySegment scratch = Syscalls.scratch();
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= Syscalls.SCRATCH_SIZE) {
            return false;
        }
        MemorySegment.copy(name, 0, scratch, ValueLayout.JAVA_BYTE, 0, name.length);
        scratch.set(ValueLayout.JAVA_BYTE, name.length, (byte) 0);
        return Syscalls.call(Syscalls.INOTIFY_ADD_WATCH, descriptor, scratch.address(), OPEN) >= 0;
    }

    /** Waits until a file has been opened since this was last called, at most for that long. */
    public boolean await(int timeoutMillis) {
        MemorySegment scratch = Syscalls.scratch();
        scratch.set(ValueLayout.JAVA_INT, 0, descriptor);
        scratch.set(ValueLayout.JAVA_INT, 4, POLLIN);
        if (Syscalls.call(Syscalls.POLL, scratch.address(), 1, timeoutMillis) <= 0) {
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
