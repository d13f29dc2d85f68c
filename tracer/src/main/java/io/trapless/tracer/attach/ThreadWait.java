package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import io.trapless.tracer.linux.WakeUps;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for a seized thread. A wait blocks in the kernel, so that the thread waited for can have this processor at once, but never for long: a thread in an uninterruptible sleep would
 * hold the tracer, and with it all the target's other threads, for as long as it likes. On a {@link Ptracer} thread only.
 */
final class ThreadWait {
    /** Nothing to tell yet. */
    static final int NOTHING = 0;
    /** It stopped by {@link Ptrace#interrupt} or a group-stop. */
    static final int EVENT = 1;
    /** It is about to receive a signal, and told of again until it is resumed. */
    static final int SIGNAL = 2;
    /** It enters or leaves a system call. */
    static final int SYSTEM_CALL = 3;
    /** It ended. */
    static final int GONE = 4;
    /** It stopped in an execve. */
    static final int EXEC = 5;
    /** It has made a thread or a process that is seized too, and stopped on its way back from that. */
    static final int FORKED = 6;

    private static final int SYSTEM_CALL_FLAG = 0x80;
    private static final long TICK_NANOS = 5_000_000;

    /** The signal of the last EVENT or SIGNAL. */
    int signal;

    /** What is held beyond tasks learns of each report first; null if nothing is. */
    private final @Nullable HeldThreads held = Ptracer.held();

    /** Waits once, for as long as {@code options} (WNOHANG) or a wake-up let it. */
    private int look(int tid, int options) {
        long result = Processes.waitLeavingSignals(tid, options | Processes.WALL);
        if (result == 0 || result == -Errno.EINTR) {
            return NOTHING;
        }
        int kind = result < 0 ? GONE : kindOf((int) (result >> 32));
        if (kind == GONE && result > 0) {
            LaunchedProcess.noteEnd(tid, (int) (result >> 32));
        } else if (kind != GONE) {
            signal = signalOf((int) (result >> 32));
        }
        if (held != null) {
            held.note(tid, kind, result < 0 ? 0 : (int) (result >> 32));
        }
        return kind;
    }

    /** What a wait status (wait(2), ptrace(2)) says. */
    static int kindOf(int status) {
        if ((status & 0xff) != 0x7f) {
            return GONE;
        }
        return switch (status >> 16) {
            case Ptrace.EVENT_STOP -> EVENT;
            case Ptrace.EVENT_EXEC -> EXEC;
            case Ptrace.EVENT_FORK, Ptrace.EVENT_VFORK, Ptrace.EVENT_CLONE -> FORKED;
            default -> signalOf(status) == (Processes.SIGTRAP | SYSTEM_CALL_FLAG) ? SYSTEM_CALL : SIGNAL;
        };
    }

    /** The signal in the status of a stopped thread. */
    static int signalOf(int status) {
        return (status >> 8) & 0xff;
    }

    /** The next report of {@code tid} if there is one; else NOTHING. */
    int poll(int tid) {
        return look(tid, Processes.WNOHANG);
    }

    /** Waits for the next report of {@code tid}; NOTHING when {@code deadline} (System.nanoTime) has passed. */
    int await(int tid, long deadline) {
        int kind = poll(tid);
        if (kind != NOTHING) {
            return kind;
        }
        WakeUps wakeUps = Ptracer.wakeUps();
        wakeUps.arm(TICK_NANOS);
        try {
            while (kind == NOTHING && System.nanoTime() - deadline < 0) {
                kind = look(tid, 0);
            }
            return kind;
        } finally {
            wakeUps.arm(0);
        }
    }

    /**
     * Waits until an interrupted thread stands in its event stop. A signal that comes first is delivered at once: the thread builds the handler's frame (or ends, or stops) as it
     * would have, and stops before it runs on. So nothing has to be injected again when it is let go.
     */
    int awaitEvent(int tid, long deadline) {
        while (true) {
            int kind = await(tid, deadline);
            if (kind != SIGNAL && kind != SYSTEM_CALL && kind != FORKED) {
                return kind;
            }
            resumeToEvent(tid, kind);
        }
    }

    /** After a SIGNAL, SYSTEM_CALL or FORKED: asks again for the event stop (any other stop cancels the wish: ptrace_stop in kernel/signal.c) and resumes. */
    private void resumeToEvent(int tid, int kind) {
        Ptrace.interrupt(tid);
        Ptrace.resume(tid, kind == SIGNAL ? signal : 0);
    }
}
