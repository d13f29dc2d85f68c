package io.trapless.tracer.trap;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One uprobe of one thread on one CPU: a descriptor of {@code perf_event_open(2)}. Structures and numbers are those of include/uapi/linux/perf_event.h. Methods return the kernel's result (an error is
 * the negated number).
 */
final class PerfEvent {
    /** {@code struct perf_event_attr} up to and with {@code sample_max_stack} (PERF_ATTR_SIZE_VER5). */
    private static final int ATTR_SIZE = 112;

    private static final int TYPE_TRACEPOINT = 2;
    private static final int PERF_FLAG_FD_CLOEXEC = 8;
    private static final int CLOCK_MONOTONIC_RAW = 4;

    private static final long SAMPLE_TID = 1 << 1;
    private static final long SAMPLE_TIME = 1 << 2;
    private static final long SAMPLE_CPU = 1 << 7;
    private static final long SAMPLE_REGS_USER = 1 << 12;
    private static final long SAMPLE_IDENTIFIER = 1 << 16;
    private static final long FORMAT_LOST = 1 << 4;

    private static final long DISABLED = 1;
    private static final long INHERIT = 1 << 1;
    private static final long USE_CLOCKID = 1 << 25;
    private static final long INHERIT_THREAD = 1L << 35;
    private static final long REMOVE_ON_EXEC = 1L << 36;

    private static final long IOC_ENABLE = 0x2400;
    private static final long IOC_DISABLE = 0x2401;
    private static final long IOC_SET_OUTPUT = 0x2405;
    private static final long IOC_ID = 0x80082407L;

    private PerfEvent() {}

    /**
     * Sets a breakpoint, switched off, for one thread and the threads that it will make.
     *
     * @param uprobe id of its {@link UprobeDefinition}
     * @param tid the thread
     * @param cpu samples are taken on this CPU only: a ring that others inherit may not be for all of them
     */
    static long open(long uprobe, int tid, int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR_SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, 0, TYPE_TRACEPOINT);
            attr.set(ValueLayout.JAVA_INT, 4, ATTR_SIZE);
            attr.set(ValueLayout.JAVA_LONG, 8, uprobe); // config
            attr.set(ValueLayout.JAVA_LONG, 16, 1); // sample_period: each hit
            attr.set(
                    ValueLayout.JAVA_LONG,
                    24,
                    SAMPLE_IDENTIFIER | SAMPLE_TID | SAMPLE_TIME | SAMPLE_CPU | SAMPLE_REGS_USER);
            attr.set(ValueLayout.JAVA_LONG, 32, FORMAT_LOST);
            attr.set(ValueLayout.JAVA_LONG, 40, DISABLED | INHERIT | INHERIT_THREAD | REMOVE_ON_EXEC | USE_CLOCKID);
            attr.set(ValueLayout.JAVA_LONG, 80, RegisterCaptures.MASK); // sample_regs_user
            attr.set(ValueLayout.JAVA_INT, 92, CLOCK_MONOTONIC_RAW);
            return Syscalls.call(Syscalls.PERF_EVENT_OPEN, attr.address(), tid, cpu, -1, PERF_FLAG_FD_CLOEXEC, 0);
        }
    }

    /** Lets samples go to the ring of another event of the same CPU. */
    static long redirect(int fd, int ringFd) {
        return Syscalls.call(Syscalls.IOCTL, fd, IOC_SET_OUTPUT, ringFd);
    }

    /** Switches on or off, with all that was inherited. */
    static long enable(int fd, boolean on) {
        return Syscalls.call(Syscalls.IOCTL, fd, on ? IOC_ENABLE : IOC_DISABLE, 0);
    }

    /** What its samples carry as their id, or an error. */
    static long id(int fd) {
        MemorySegment id = Syscalls.scratch();
        long result = Syscalls.call(Syscalls.IOCTL, fd, IOC_ID, id.address());
        return result < 0 ? result : id.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Samples that found no room in the ring, its heirs' included; 0 where the kernel does not count them (before Linux 6.0). */
    static long lost(int fd) {
        MemorySegment values = Syscalls.scratch();
        long size = Syscalls.call(Syscalls.READ, fd, values.address(), 16);
        return size == 16 ? values.get(ValueLayout.JAVA_LONG, 8) : 0;
    }

    static void close(int fd) {
        Descriptors.close(fd);
    }
}
