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
    /** Wait for a thread, whatever its exit signal is (wait(2)). */
    public static final int WALL = 0x40000000;

    private static final int PR_SET_TIMERSLACK = 29;

    private Processes() {}

    public static int pid() {
        return (int) Syscalls.call(Syscalls.GETPID);
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

    public static long pidfdOpen(int pid) {
        return Syscalls.call(Syscalls.PIDFD_OPEN, pid, 0);
    }

    /** A copy in this process of the descriptor {@code fd} of another (needs the right to ptrace it). */
    public static long pidfdGetfd(int pidfd, int fd) {
        return Syscalls.call(Syscalls.PIDFD_GETFD, pidfd, fd, 0);
    }

    /** Waits until a pidfd's process has ended. Returns 1 then, 0 after the time-out (milliseconds; -1: none), or an error. */
    public static long awaitEnd(int pidfd, int timeoutMillis) {
        MemorySegment entry = Syscalls.scratch();
        entry.set(ValueLayout.JAVA_INT, 0, pidfd);
        entry.set(ValueLayout.JAVA_INT, 4, 1);
        return Syscalls.call(Syscalls.POLL, entry.address(), 1, timeoutMillis);
    }

    public static void yieldProcessor() {
        Syscalls.call(Syscalls.SCHED_YIELD);
    }

    /** Sleeps, shorter than Thread.sleep can once {@link #preciseTimers} was called. */
    public static void sleepNanos(long nanos) {
        MemorySegment time = Syscalls.scratch();
        time.set(ValueLayout.JAVA_LONG, 0, nanos / 1_000_000_000L);
        time.set(ValueLayout.JAVA_LONG, 8, nanos % 1_000_000_000L);
        Syscalls.call(Syscalls.NANOSLEEP, time.address(), 0);
    }

    /** Lets this thread's sleeps end on time: the kernel otherwise adds up to 50 microseconds (prctl(2), PR_SET_TIMERSLACK). */
    public static void preciseTimers() {
        Syscalls.call(Syscalls.PRCTL, PR_SET_TIMERSLACK, 1, 0);
    }
}
