package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What /proc says of a process or thread in its files stat and status (proc_pid_stat(5), proc_pid_status(5)).
 *
 * @param state one letter: R, S, D, T (stopped), t (traced), Z, X ...
 * @param startTime clock ticks after boot: with the pid it identifies a process for good
 * @param kernelThread the kernel's own
 * @param parent pid of the parent
 * @param threadGroup the process's pid: another number than the one asked for means that this is a thread's id
 * @param tracer id of the thread that traces it, 0 for nobody
 * @param uid real user id
 * @param gid real group id
 * @param namespacePid its id in its own pid namespace
 * @param seccompMode 0 none, 1 strict, 2 filter
 * @param seccompFilters how many filters, -1 if the kernel does not say (before Linux 5.9)
 * @param shadowStack a hardware shadow stack is in use
 * @param breakStart where the heap of brk(2) begins, 0 if the kernel will not tell
 */
public record ProcessFacts(
        char state,
        long startTime,
        boolean kernelThread,
        int parent,
        int threadGroup,
        int tracer,
        int uid,
        int gid,
        int namespacePid,
        int seccompMode,
        int seccompFilters,
        boolean shadowStack,
        long breakStart) {

    private static final long PF_KTHREAD = 0x00200000;
    private static final byte[] SECCOMP = "\nSeccomp:\t".getBytes(StandardCharsets.US_ASCII);

    boolean ended() {
        return state == 'Z' || state == 'X' || state == 'x';
    }

    /**
     * Reads both files under {@code directory} (/proc/PID or /proc/PID/task/TID).
     *
     * @throws LinuxException if it is gone (ENOENT or ESRCH)
     */
    static ProcessFacts read(String directory) {
        String stat = Descriptors.readText(directory + "/stat");
        String status = Descriptors.readText(directory + "/status");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 46);
        String ids = field(status, "NSpid", "0");
        return new ProcessFacts(
                fields[0].charAt(0),
                Long.parseLong(fields[19]),
                (Long.parseLong(fields[6]) & PF_KTHREAD) != 0,
                Integer.parseInt(fields[1]),
                Integer.parseInt(field(status, "Tgid", "0")),
                Integer.parseInt(field(status, "TracerPid", "0")),
                (int) Long.parseLong(firstWord(field(status, "Uid", "0"))),
                (int) Long.parseLong(firstWord(field(status, "Gid", "0"))),
                Integer.parseInt(ids.substring(ids.lastIndexOf('\t') + 1)),
                Integer.parseInt(field(status, "Seccomp", "0")),
                Integer.parseInt(field(status, "Seccomp_filters", "-1")),
                field(status, "x86_Thread_features", "").contains("shstk"),
                Long.parseUnsignedLong(fields[44]));
    }

    /**
     * The signals that would be delivered to a thread at once: bit n-1 stands for signal n.
     *
     * @throws LinuxException if it is gone
     */
    static long pendingUnblocked(int pid, int tid) {
        String status = Descriptors.readText("/proc/" + pid + "/task/" + tid + "/status");
        return (mask(status, "SigPnd") | mask(status, "ShdPnd")) & ~mask(status, "SigBlk");
    }

    /**
     * {@code startTime} alone.
     *
     * @throws LinuxException if it is gone
     */
    static long startTime(String directory) {
        String stat = Descriptors.readText(directory + "/stat");
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 21)[19]);
    }

    /** The letter of {@code state} alone; '?' if the thread is gone. */
    static char stateOf(int pid, int tid) {
        try {
            String stat = Descriptors.readText("/proc/" + pid + "/task/" + tid + "/stat");
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (LinuxException gone) {
            return '?';
        }
    }

    /** Whether a thread runs no more: ptrace refuses it (EPERM) as if it were not permitted. */
    static boolean hasEnded(int pid, int tid) {
        char state = stateOf(pid, tid);
        return state == 'Z' || state == 'X' || state == '?';
    }

    /** Whether a thread's process does nothing at a signal: it ignores it, or handles it not and the default is to ignore it (signal(7): SIGCHLD, SIGCONT, SIGURG, SIGWINCH). */
    static boolean ignores(int tid, int signal) {
        String status = Descriptors.readText("/proc/" + tid + "/status");
        long bit = 1L << (signal - 1);
        boolean byDefault = signal == 17 || signal == 18 || signal == 23 || signal == 28;
        return (mask(status, "SigIgn") & bit) != 0 || (byDefault && (mask(status, "SigCgt") & bit) == 0);
    }

    /**
     * Whether a process handles a signal.
     *
     * @throws LinuxException if it is gone
     */
    public static boolean catches(int pid, int signal) {
        return (mask(Descriptors.readText("/proc/" + pid + "/status"), "SigCgt") >>> (signal - 1) & 1) != 0;
    }

    /** A process's id as it sees itself; {@code pid} if it is gone or the kernel does not say. */
    public static int ownPid(int pid) {
        try {
            int own = read("/proc/" + pid).namespacePid;
            return own == 0 ? pid : own;
        } catch (LinuxException gone) {
            return pid;
        }
    }

    /**
     * Whether {@code seccompMode} is another than none: asked while a thread stands still, so the file is not taken apart for it.
     *
     * @throws LinuxException if it is gone
     */
    static boolean hasSeccomp(int pid) {
        byte[] status = Descriptors.readAll("/proc/" + pid + "/status");
        for (int at = 0; at + SECCOMP.length < status.length; at++) {
            if (status[at] == '\n' && Arrays.equals(status, at, at + SECCOMP.length, SECCOMP, 0, SECCOMP.length)) {
                return status[at + SECCOMP.length] != '0';
            }
        }
        return false;
    }

    private static long mask(String status, String name) {
        return Long.parseUnsignedLong(field(status, name, "0"), 16);
    }

    private static String firstWord(String text) {
        int end = text.indexOf('\t');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String field(String status, String name, String otherwise) {
        int at = status.indexOf("\n" + name + ":");
        if (at < 0) {
            return otherwise;
        }
        int end = status.indexOf('\n', at + 1);
        String value = status.substring(at + name.length() + 2, end < 0 ? status.length() : end)
                .strip();
        return value.isEmpty() ? otherwise : value;
    }
}
