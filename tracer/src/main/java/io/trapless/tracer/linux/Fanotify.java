package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds whoever executes one of some files until it is allowed to go on, and tells who opens one of others (fanotify(7)). If this process dies the kernel allows everything; if it is stopped nobody can
 * execute those files, and so what everybody needs must not be among them. Needs CAP_SYS_ADMIN.
 *
 * <p>{@link #await} is for one thread; {@link #allow} for any.
 */
public final class Fanotify implements AutoCloseable {
    private static final int CLOEXEC = 1;
    private static final int CLASS_CONTENT = 4;
    private static final int UNLIMITED_QUEUE = 0x10;
    private static final int MARK_ADD = 1;
    private static final int AT_FDCWD = -100;
    private static final long OPEN = 0x20;
    private static final long OPEN_EXEC_PERM = 0x40000;
    private static final int ALLOW = 1;

    /** struct fanotify_event_metadata. */
    private static final int EVENT_SIZE = 24;

    private static final int MASK_OFFSET = 8;
    private static final int DESCRIPTOR_OFFSET = 16;
    private static final int PID_OFFSET = 20;

    private final int descriptor;

    private Fanotify(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * What somebody does.
     *
     * @param descriptor of the file, open for reading; {@link Fanotify#allow} closes it
     * @param pid of the process, 0 if it is in no namespace of ours
     * @param execution whether it executes the file, and is held; else it has opened it
     */
    public record Event(int descriptor, int pid, boolean execution) {}

    /** Null if that is not permitted, or not possible with this kernel. */
    public static @Nullable Fanotify open() {
        long result = Syscalls.call(
                Syscalls.FANOTIFY_INIT,
                CLASS_CONTENT | CLOEXEC | UNLIMITED_QUEUE,
                Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
        return result < 0 ? null : new Fanotify((int) result);
    }

    /**
     * Holds who executes a file or, if not {@code execution}, tells who opens it.
     *
     * @return whether the file can be watched
     */
    public boolean watch(String path, boolean execution) {
        long mask = execution ? OPEN_EXEC_PERM : OPEN;
        return Descriptors.withPath(
                        path,
                        name -> Syscalls.call(Syscalls.FANOTIFY_MARK, descriptor, MARK_ADD, mask, AT_FDCWD, name, 0))
                == 0;
    }

    /** Waits for events; none after the time. */
    public List<Event> await(int timeoutMillis) {
        MemorySegment scratch = Syscalls.scratch();
        if (Descriptors.awaitInput(descriptor, timeoutMillis) <= 0) {
            return List.of();
        }
        long size = Syscalls.call(Syscalls.READ, descriptor, scratch.address(), Syscalls.SCRATCH_SIZE);
        List<Event> events = new ArrayList<>();
        for (long at = 0; at + EVENT_SIZE <= size; ) {
            int file = scratch.get(ValueLayout.JAVA_INT_UNALIGNED, at + DESCRIPTOR_OFFSET);
            if (file >= 0) {
                long mask = scratch.get(ValueLayout.JAVA_LONG_UNALIGNED, at + MASK_OFFSET);
                events.add(new Event(
                        file,
                        scratch.get(ValueLayout.JAVA_INT_UNALIGNED, at + PID_OFFSET),
                        (mask & OPEN_EXEC_PERM) != 0));
            }
            at += Math.max(EVENT_SIZE, scratch.get(ValueLayout.JAVA_INT_UNALIGNED, at));
        }
        return events;
    }

    /** Lets who is held go on; to be called once for each event. */
    public void allow(Event event) {
        if (event.execution()) {
            respond(event);
        }
        Descriptors.close(event.descriptor());
    }

    private void respond(Event event) {
        MemorySegment scratch = Syscalls.scratch();
        scratch.set(ValueLayout.JAVA_INT, 0, event.descriptor());
        scratch.set(ValueLayout.JAVA_INT, 4, ALLOW);
        Syscalls.call(Syscalls.WRITE, descriptor, scratch.address(), 8);
    }

    /** Lets all go on. */
    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
