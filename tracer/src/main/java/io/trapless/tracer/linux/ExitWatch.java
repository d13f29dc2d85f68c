package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Watches for the end of a process that need not be our child, by an open pidfd, and finds out how it ended: from {@code /proc/PID/stat} while it is a zombie (proc_pid_stat(5), field 52), or, when its
 * parent has taken it away already, from the pidfd itself (PIDFD_GET_INFO, Linux 6.15). For one thread.
 */
public final class ExitWatch implements AutoCloseable {
    /** How it ended is not known: an older kernel, and a quick parent. */
    public static final int UNKNOWN = -1;

    /** {@code _IOWR(0xFF, 11, struct pidfd_info)} with the structure's first, 64-byte form (include/uapi/linux/pidfd.h). */
    private static final long PIDFD_GET_INFO = 0xC040FF0BL;

    private static final int INFO_SIZE = 64;
    private static final long PIDFD_INFO_EXIT = 1 << 3;
    private static final int EXIT_CODE_OFFSET = 60;

    /** Field 52 of the file, counted behind the name, of which field 3 is the first. */
    private static final int EXIT_CODE_FIELD = 52 - 3;

    private final int pid;
    private final int pidfd;
    private boolean ended;
    private int waitStatus = UNKNOWN;

    private ExitWatch(int pid, int pidfd) {
        this.pid = pid;
        this.pidfd = pidfd;
    }

    /** Begins to watch a process; if there is none of that id, or no more, it has ended in an unknown way. */
    public static ExitWatch of(int pid) {
        return new ExitWatch(pid, (int) Processes.pidfdOpen(pid));
    }

    public int pid() {
        return pid;
    }

    /** Whether it has ended. */
    public boolean hasEnded() {
        if (!ended && (pidfd < 0 || Processes.awaitEnd(pidfd, 0) == 1)) {
            ended = true;
            waitStatus = findStatus();
        }
        return ended;
    }

    /** How it ended, as wait(2) tells it, or {@link #UNKNOWN}; to be asked when it {@link #hasEnded}. */
    public int waitStatus() {
        return waitStatus;
    }

    private int findStatus() {
        int taken = ofPidfd();
        if (taken != UNKNOWN) {
            return taken;
        }
        int zombie = ofZombie();
        // Its parent may have taken it away between the two questions.
        return zombie != UNKNOWN ? zombie : ofPidfd();
    }

    private int ofPidfd() {
        if (pidfd < 0) {
            return UNKNOWN;
        }
        MemorySegment info = Syscalls.scratch().asSlice(0, INFO_SIZE);
        info.fill((byte) 0);
        info.set(ValueLayout.JAVA_LONG, 0, PIDFD_INFO_EXIT);
        long result = Syscalls.call(Syscalls.IOCTL, pidfd, PIDFD_GET_INFO, info.address());
        boolean told = result == 0 && (info.get(ValueLayout.JAVA_LONG, 0) & PIDFD_INFO_EXIT) != 0;
        return told ? info.get(ValueLayout.JAVA_INT, EXIT_CODE_OFFSET) : UNKNOWN;
    }

    private int ofZombie() {
        int fd = (int) Descriptors.open("/proc/" + pid + "/stat", Descriptors.O_RDONLY);
        if (fd < 0) {
            return UNKNOWN;
        }
        byte[] text = new byte[4096];
        int length = (int) Descriptors.pread(fd, text, 0, text.length, 0);
        Descriptors.close(fd);
        if (length <= 0) {
            return UNKNOWN;
        }
        String stat = new String(text, 0, length, StandardCharsets.ISO_8859_1).strip();
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return fields.length > EXIT_CODE_FIELD && fields[0].equals("Z")
                ? Integer.parseInt(fields[EXIT_CODE_FIELD])
                : UNKNOWN;
    }

    @Override
    public void close() {
        if (pidfd >= 0) {
            Descriptors.close(pidfd);
        }
    }
}
