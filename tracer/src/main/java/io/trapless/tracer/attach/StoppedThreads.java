package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Ptrace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a target that stand still until {@link #close}. Then each is let go (one that is followed stays seized) and goes on exactly as it was: an interrupted system call restarts, pending signals are delivered, a
 * process that was stopped (SIGSTOP) stays stopped. On the {@link Ptracer} thread only.
 */
public final class StoppedThreads implements AutoCloseable {
    private static final long REAP_NANOS = 200_000_000L;

    private final TargetProcess target;
    private final List<StoppedThread> threads;
    private final boolean complete;
    private final long since;
    private boolean closed;
    private @Nullable List<SignalFrames.Interrupted> interrupted;

    /** @param since {@link System#nanoTime} when the first was asked to stop */
    StoppedThreads(TargetProcess target, List<StoppedThread> threads, boolean complete, long since) {
        this.target = target;
        this.threads = threads;
        this.complete = complete;
        this.since = since;
    }

    /** A process whose only thread stands still: it was just started, forked or executed. */
    static StoppedThreads ofNew(TargetProcess process) {
        StoppedThread first = new StoppedThread(process.pid(), process.pid());
        return new StoppedThreads(process, List.of(first), true, System.nanoTime());
    }

    public TargetProcess target() {
        return target;
    }

    /** In no particular order. */
    public List<StoppedThread> threads() {
        return threads;
    }

    /** Whether these are all threads of the process. */
    public boolean complete() {
        return complete;
    }

    /** {@link System#nanoTime} when the first of them was asked to stop. */
    public long since() {
        return since;
    }

    /** The stopped thread with this id, or null. */
    public @Nullable StoppedThread thread(int tid) {
        for (int i = 0; i < threads.size(); i++) {
            if (threads.get(i).tid() == tid) {
                return threads.get(i);
            }
        }
        return null;
    }

    /** The places that signal handlers will return to. Looked for once: it takes longer than all the rest that is done while they stand still. */
    List<SignalFrames.Interrupted> interrupted() throws AttachException {
        List<SignalFrames.Interrupted> known = interrupted;
        if (known == null) {
            known = SignalFrames.find(this);
            interrupted = known;
        }
        return known;
    }

    /** Some have been moved, or lent: what was found on their stacks is to be looked for again. */
    public void forgetInterrupted() {
        interrupted = null;
    }

    /** Lets all go. If the target has died meanwhile its remains are collected, so that its parent learns of it. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<StoppedThread> dead = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            StoppedThread thread = threads.get(i);
            try {
                thread.failRepeatedCallIfSignalled();
            } catch (AttachException | LinuxException gone) {
                dead.add(thread);
                continue;
            }
            if (letGo(thread) == -Errno.ESRCH) {
                dead.add(thread);
            }
        }
        reap(dead);
    }

    private static long letGo(StoppedThread thread) {
        HeldThreads held = Ptracer.held();
        return held != null && held.holds(thread.tid()) ? held.resume(thread.tid()) : Ptrace.detach(thread.tid(), 0);
    }

    /** The first thread's remains can be had only after all others'. */
    private void reap(List<StoppedThread> dead) {
        ThreadWait wait = new ThreadWait();
        long deadline = System.nanoTime() + REAP_NANOS;
        for (int pass = 0; pass < 2; pass++) {
            for (StoppedThread thread : dead) {
                boolean leader = thread.tid() == target.pid();
                HeldThreads held = Ptracer.held();
                boolean others = held != null && held.holds(thread.tid()); // its end will be told
                if (leader == (pass == 1) && !others && !reap(wait, thread.tid(), deadline)) {
                    Ptracer.retireAfterTask(thread.tid());
                }
            }
        }
    }

    private static boolean reap(ThreadWait wait, int tid, long deadline) {
        while (true) {
            int kind = wait.await(tid, deadline);
            if (kind == ThreadWait.GONE || kind == ThreadWait.NOTHING) {
                return kind == ThreadWait.GONE;
            }
            // It had stopped for something after all: let it go now.
            if (Ptrace.detach(tid, kind == ThreadWait.SIGNAL ? wait.signal : 0) == 0) {
                return true;
            }
        }
    }
}
