package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Ptrace;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that was held while it executed a program, or told of while it opened a library, brought to where that is loaded: the start of the program, or the point where the dynamic linker has loaded the library.
 * On the {@link Ptracer} thread only.
 *
 * @param target to be closed by who takes it over
 * @param stopped its only thread; lets it go when it is closed
 */
public record CaughtProcess(TargetProcess target, StoppedThreads stopped) {
    private static final int OPTIONS = Ptrace.O_TRACESYSGOOD | Ptrace.O_TRACEEXEC;

    /** An execve that has not come after so long was none, or fails. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What holds a process in its execve. */
    public interface Hold {
        /** Ends it. */
        void end();

        /** Whether somebody else has ended it before: then the program may have begun. */
        boolean wasCutShort();
    }

    /**
     * Seizes a process and lets it go on to where it can be armed. That may wait for the end of the hold: a script's execve keeps everybody from being seized while its interpreter is opened, so somebody
     * has to end a hold that lasts.
     *
     * @param hold in an execve; null: it has opened a library
     * @return null if it has several threads, is traced by others, has ended, or goes on without loading anything
     */
    public static @Nullable CaughtProcess take(int pid, @Nullable Hold hold) throws AttachException {
        boolean seized = false;
        try {
            seized = TargetProcess.listThreads(pid).length == 1 && Ptrace.seize(pid, OPTIONS) == 0;
        } finally {
            if (hold != null) {
                hold.end();
            }
        }
        if (!seized) {
            return null;
        }
        CaughtProcess caught = null;
        try {
            caught = hold == null || hold.wasCutShort() ? underWay(pid) : atExecution(pid);
            return caught;
        } finally {
            if (caught == null) {
                letGo(pid);
            }
        }
    }

    private static @Nullable CaughtProcess atExecution(int pid) throws AttachException {
        ThreadWait wait = new ThreadWait();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            switch (wait.await(pid, deadline)) {
                case ThreadWait.EXEC -> {
                    return toStart(pid, ProgramStart::prepare, deadline);
                }
                case ThreadWait.SIGNAL -> Ptrace.resume(pid, wait.signal);
                case ThreadWait.EVENT, ThreadWait.SYSTEM_CALL -> Ptrace.resume(pid, 0);
                default -> {
                    return null;
                }
            }
        }
    }

    private static @Nullable CaughtProcess underWay(int pid) throws AttachException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Ptrace.interrupt(pid);
        if (new ThreadWait().awaitEvent(pid, deadline) != ThreadWait.EVENT) {
            return null;
        }
        return toStart(pid, ProgramStart::underWay, deadline);
    }

    /** How a program is brought to its start; null: it has none. */
    private interface Preparation {
        @Nullable ProgramStart of(TargetProcess target) throws AttachException;
    }

    private static @Nullable CaughtProcess toStart(int pid, Preparation preparation, long deadline)
            throws AttachException {
        TargetProcess target = TargetProcess.open(pid, true);
        ProgramStart start = null;
        boolean there = false;
        try {
            start = preparation.of(target);
            there = start != null && start.await(deadline) == ThreadWait.EVENT;
            return there ? new CaughtProcess(target, StoppedThreads.ofNew(target)) : null;
        } finally {
            if (!there) {
                abandon(target, start);
            }
        }
    }

    private static void abandon(TargetProcess target, @Nullable ProgramStart start) throws AttachException {
        try {
            if (start == null) {
                return;
            }
            Ptrace.interrupt(target.pid());
            if (new ThreadWait().awaitEvent(target.pid(), System.nanoTime() + PATIENCE_NANOS) == ThreadWait.EVENT) {
                start.cancel();
            }
        } finally {
            target.close();
        }
    }

    /** It may run, or stand in any stop. */
    private static void letGo(int pid) {
        if (Ptrace.detach(pid, 0) == 0) {
            return;
        }
        Ptrace.interrupt(pid);
        if (new ThreadWait().awaitEvent(pid, System.nanoTime() + PATIENCE_NANOS) != ThreadWait.EVENT
                || Ptrace.detach(pid, 0) != 0) {
            Ptracer.retireAfterTask(pid);
        }
    }
}
