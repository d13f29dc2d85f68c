package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;

/**
 * Waiting for a seized thread. A wait never blocks in the kernel: a thread in an uninterruptible sleep would hold the tracer, and with it all the target's other threads, for as long as
 * it likes. So the status is polled, first with the processor yielded in between, then with short sleeps.
 */
final class ThreadWait {
    /** Nothing to tell yet. */
    static final int NOTHING = 0;
    /** It stopped by {@link Ptrace#interrupt} or a group-stop. */
    static final int EVENT = 1;
    /** It is about to receive a signal. */
    static final int SIGNAL = 2;
    /** It enters or leaves a system call. */
    static final int SYSTEM_CALL = 3;
    /** It ended. */
    static final int GONE = 4;
    /** It stopped in an execve. */
    static final int EXEC = 5;

    private static final int SYSTEM_CALL_FLAG = 0x80;
    private static final int YIELDS = 30;
    private static final long SLEEP_NANOS = 30_000;

    /** The signal of the last EVENT or SIGNAL. */
    int signal;

    private int idleTurns;

    /** One look, without waiting. */
    int poll(int tid) {
        long result = Processes.wait4(tid, Processes.WNOHANG | Processes.WALL);
        if (result == 0 || result == -Errno.EINTR) {
            return NOTHING;
        }
        if (result < 0) {
            return GONE;
        }
        int status = (int) (result >> 32);
        if ((status & 0xff) != 0x7f) {
            LaunchedProcess.noteEnd(tid, status);
            return GONE;
        }
        signal = (status >> 8) & 0xff;
        int event = status >> 16;
        if (event == Ptrace.EVENT_STOP) {
            return EVENT;
        }
        if (event == Ptrace.EVENT_EXEC) {
            return EXEC;
        }
        return signal == (Processes.SIGTRAP | SYSTEM_CALL_FLAG) ? SYSTEM_CALL : SIGNAL;
    }

    /** Waits for the next report of {@code tid}; NOTHING when {@code deadline} (System.nanoTime) has passed. */
    int await(int tid, long deadline) {
        progress();
        while (true) {
            int kind = poll(tid);
            if (kind != NOTHING || System.nanoTime() - deadline > 0) {
                return kind;
            }
            pause();
        }
    }

    /**
     * Waits until an interrupted thread stands in its event stop. A signal that comes first is delivered at once: the thread builds the handler's frame (or ends, or stops) as it
     * would have, and stops before it runs on. So nothing has to be injected again when it is let go.
     */
    int awaitEvent(int tid, long deadline) {
        while (true) {
            int kind = await(tid, deadline);
            if (kind != SIGNAL && kind != SYSTEM_CALL) {
                return kind;
            }
            resumeToEvent(tid, kind);
        }
    }

    /** After a SIGNAL or SYSTEM_CALL: asks again for the event stop (any other stop cancels the wish: ptrace_stop in kernel/signal.c) and resumes. */
    void resumeToEvent(int tid, int kind) {
        Ptrace.interrupt(tid);
        Ptrace.resume(tid, kind == SIGNAL ? signal : 0);
    }

    /** Something happened: poll eagerly again. */
    void progress() {
        idleTurns = 0;
    }

    /** Nothing happened: let others run. */
    void pause() {
        if (idleTurns++ < YIELDS) {
            Processes.yieldProcessor();
        } else {
            Processes.sleepNanos(SLEEP_NANOS);
        }
    }
}
