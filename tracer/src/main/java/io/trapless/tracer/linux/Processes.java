package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Processes, threads and signals. Methods return the kernel's result (an error is the negated number) unless they say otherwise. */
public final class Processes {
    public static final int SIGKILL = 9;
    public static final int SIGTRAP = 5;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;

    public static final int WNOHANG = 1;
    public static final int WUNTRACED = 2;
    /** Only for children and tracees of the calling thread itself (wait(2)). */
    public static final int WNOTHREAD = 0x20000000;
    /** Wait for a thread, whatever its exit signal is (wait(2)). */
    public static final int WALL = 0x40000000;

    /** Offsets in {@code siginfo_t} of a child (include/uapi/asm-generic/siginfo.h). */
    private static final int SIGINFO_CODE = 8;

    private static final int SIGINFO_PID = 16;
    private static final int SIGINFO_STATUS = 24;

    private static final int CLD_TRAPPED = 4;
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x0100_0000;

    /** A stop of a traced thread below this is that of a signal; above it are those at system calls and, in the second byte, events (ptrace(2)). */
    private static final int SYSTEM_CALL_STOP = 0x80;

    private static final int PR_SET_TIMERSLACK = 29;
    private static final int SCHED_OTHER = 0;
    private static final int SIGTSTP = 20;
    private static final long SIG_IGN = 1;
    private static final int SIGACTION_SIZE = 32;
    private static final int SCHED_RR = 2;
    private static final long SCHED_FLAG_RESET_ON_FORK = 1;
    private static final int HIGHEST_NICE = -20;
    private static final int SCHED_ATTR_SIZE = 48;
    private static final long TURN_NANOS = 100_000;

    private Processes() {}

    public static int pid() {
        return (int) Syscalls.call(Syscalls.GETPID);
    }

    public static int tid() {
        return (int) Syscalls.call(Syscalls.GETTID);
    }

    public static int uid() {
        return (int) Syscalls.call(Syscalls.GETUID);
    }

    public static long kill(int pid, int signal) {
        return Syscalls.call(Syscalls.KILL, pid, signal);
    }

    public static long tgkill(int pid, int tid, int signal) {
        return Syscalls.call(Syscalls.TGKILL, pid, tid, signal);
    }

    /** wait4(2). Result: the tid in the low half and the wait status in the high half; 0 if there is nothing to tell (WNOHANG); or an error. */
    public static long wait4(int tid, int options) {
        MemorySegment status = Syscalls.scratch();
        long result = Syscalls.call(Syscalls.WAIT4, tid, status.address(), options, 0);
        return result <= 0 ? result : result | (long) status.get(ValueLayout.JAVA_INT, 0) << 32;
    }

    /**
     * {@link #wait4}, but a traced thread that is about to receive a signal stays as it is: what resumes it settles that, and if its tracer dies first it receives the signal. Once wait4 has told of such a stop the kernel has forgotten
     * what the stop is to return (wait_task_stopped in kernel/exit.c, ptrace_signal in kernel/signal.c), and a tracer that dies then takes the signal with it. The same stop is told of again until the thread is resumed.
     *
     * @param tid a thread, or -1 for any
     */
    public static long waitLeavingSignals(int tid, int options) {
        MemorySegment info = Syscalls.scratch();
        info.set(ValueLayout.JAVA_INT, SIGINFO_PID, 0);
        int which = tid == -1 ? P_ALL : P_PID;
        int peeking = options | WEXITED | WNOWAIT;
        long result = Syscalls.call(Syscalls.WAITID, which, Math.max(tid, 0), info.address(), peeking, 0, 0);
        int found = info.get(ValueLayout.JAVA_INT, SIGINFO_PID);
        if (result < 0 || found == 0) {
            return result;
        }
        int stop = info.get(ValueLayout.JAVA_INT, SIGINFO_STATUS);
        boolean trapped = info.get(ValueLayout.JAVA_INT, SIGINFO_CODE) == CLD_TRAPPED;
        return trapped && stop < SYSTEM_CALL_STOP
                ? found | (long) (stop << 8 | 0x7f) << 32
                : wait4(found, options | WNOHANG);
    }

    public static long pidfdOpen(int pid) {
        return Syscalls.call(Syscalls.PIDFD_OPEN, pid, 0);
    }

    /** A copy in this process of the descriptor {@code fd} of another (needs the right to ptrace it). */
    public static long pidfdGetfd(int pidfd, int fd) {
        return Syscalls.call(Syscalls.PIDFD_GETFD, pidfd, fd, 0);
    }

    /** Waits until a pidfd's process has ended. Returns 1 then, 0 after the time-out (milliseconds; -1: none), or an error. */
    public static long awaitEnd(int pidfd, int timeoutMillis) {
        return Descriptors.awaitInput(pidfd, timeoutMillis);
    }

    /** From now on a terminal's stop key (SIGTSTP) does nothing. */
    public static void ignoreTerminalStop() {
        MemorySegment action = Syscalls.scratch(); // struct sigaction as the kernel has it
        action.asSlice(0, SIGACTION_SIZE).fill((byte) 0);
        action.set(ValueLayout.JAVA_LONG, 0, SIG_IGN);
        Syscalls.call(Syscalls.RT_SIGACTION, SIGTSTP, action.address(), 0, Long.BYTES);
    }

    /** Sleeps, shorter than Thread.sleep can after {@link #favourThisThread}. */
    public static void sleepNanos(long nanos) {
        MemorySegment time = Syscalls.scratch();
        time.set(ValueLayout.JAVA_LONG, 0, nanos / 1_000_000_000L);
        time.set(ValueLayout.JAVA_LONG, 8, nanos % 1_000_000_000L);
        Syscalls.call(Syscalls.NANOSLEEP, time.address(), 0);
    }

    /**
     * Lets this thread run at once when it has something to do, however busy the target's own threads keep the machine: its sleeps end on time (prctl(2), PR_SET_TIMERSLACK; the
     * kernel otherwise adds 50 microseconds) and it gets the best scheduling class that is permitted: real time, else the highest priority, else short turns, which come
     * sooner (sched_setattr(2), Linux 6.12). Processes that it starts inherit none of it, if {@link #ordinaryTimers} is called before.
     */
    public static void favourThisThread() {
        Syscalls.call(Syscalls.PRCTL, PR_SET_TIMERSLACK, 1, 0);
        favour(0);
    }

    /** Gives a thread the best scheduling class that is permitted, as {@link #favourThisThread} does. */
    public static void favour(int tid) {
        if (setScheduling(tid, SCHED_RR, 0, 1, 0) != 0
                && setScheduling(tid, SCHED_OTHER, HIGHEST_NICE, 0, TURN_NANOS) != 0) {
            setScheduling(tid, SCHED_OTHER, 0, 0, TURN_NANOS);
        }
    }

    /** Takes back {@link #favourThisThread}'s change to timers, the one part that a process started by this thread would inherit. */
    public static void ordinaryTimers() {
        Syscalls.call(Syscalls.PRCTL, PR_SET_TIMERSLACK, 0, 0);
    }

    private static long setScheduling(int tid, int policy, int nice, int priority, long turnNanos) {
        MemorySegment attributes = Syscalls.scratch();
        attributes.asSlice(0, SCHED_ATTR_SIZE).fill((byte) 0);
        attributes.set(ValueLayout.JAVA_INT, 0, SCHED_ATTR_SIZE);
        attributes.set(ValueLayout.JAVA_INT, 4, policy);
        attributes.set(ValueLayout.JAVA_LONG, 8, SCHED_FLAG_RESET_ON_FORK);
        attributes.set(ValueLayout.JAVA_INT, 16, nice);
        attributes.set(ValueLayout.JAVA_INT, 20, priority);
        attributes.set(ValueLayout.JAVA_LONG, 24, turnNanos);
        return Syscalls.call(Syscalls.SCHED_SETATTR, tid, attributes.address(), 0);
    }
}
