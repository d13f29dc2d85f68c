package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows processes into all that they make: their threads stay seized, so that the kernel stops every new process at its birth and every new program before its first instruction. While no task
 * is to be done the ptrace thread waits for such stops and tells the listener. A signal makes its thread stop for a moment, and nothing else does; a stopped process stays stopped.
 *
 * <p>If the tracer dies the kernel lets all of them go on. A process whose new program can't be traced is let go.
 *
 * <p>On the {@link Ptracer} thread only, as the listener's methods are called there; they must return soon, for who waits for its first instruction waits for them.
 */
public final class Following {
    private static final long NEWBORN_NANOS = 100_000_000L;
    private static final long START_NANOS = 300_000_000L;

    private final HeldThreads held;
    private final Listener listener;
    private final Map<Integer, Followed> processes = new ConcurrentHashMap<>();

    /** What happens to the processes that are followed. */
    public interface Listener {
        /** A process was made. It stands still ({@code stopped} need not be closed), and shares its maker's memory if it was made by vfork. */
        void forked(int parent, TargetProcess child, StoppedThreads stopped);

        /** A process is becoming another program; all that was in its memory is gone. */
        void replaced(int pid);

        /** A process has become another program and stands before its first initialiser. {@code stopped} need not be closed. */
        void started(TargetProcess process, StoppedThreads stopped);

        /** A process is not followed any longer: what it has become can't be traced. */
        void letGo(int pid, String sentence);

        /** A process has ended; {@code waitStatus} as wait(2) has it. */
        void ended(int pid, int waitStatus);
    }

    /** A process, and where it is on its way to its start. */
    private static final class Followed {
        TargetProcess process;

        @Nullable ProgramStart start;

        Followed(TargetProcess process) {
            this.process = process;
        }
    }

    private Following(HeldThreads held, Listener listener) {
        this.held = held;
        this.listener = listener;
    }

    /** Lets the current ptrace thread follow from now on. */
    public static Following begin(Listener listener) {
        HeldThreads held = new HeldThreads();
        Following following = new Following(held, listener);
        Ptracer.beginFollowing(following, held);
        return following;
    }

    /** Follows a running process, with all its threads; nobody is stopped. */
    public void adopt(TargetProcess process) throws AttachException {
        int pid = process.pid();
        boolean found = true;
        while (found) {
            found = false;
            for (int tid : process.threadIds()) {
                found |= !held.holds(tid) && seize(pid, tid, process.uid());
            }
        }
        if (held.threadsOf(pid).length == 0) {
            throw AttachException.gone(pid);
        }
        processes.put(pid, new Followed(process));
    }

    /** False if the thread has ended. */
    private boolean seize(int pid, int tid, int uid) throws AttachException {
        long result = Admission.seize(pid, tid, HeldThreads.OPTIONS);
        // One that was made meanwhile by a thread that is held is ours already.
        if (result < 0 && !Admission.isTracedByThisThread(pid, tid)) {
            if (result == -Errno.ESRCH || ProcessFacts.hasEnded(pid, tid)) {
                return false;
            }
            throw Admission.unseizable(pid, tid, uid);
        }
        held.hold(pid, tid);
        return true;
    }

    /** Follows a process that the tracer has started, and that stands at its start. */
    void adoptStarted(TargetProcess process) {
        Ptrace.setOptions(process.pid(), HeldThreads.OPTIONS);
        held.hold(process.pid(), process.pid());
        processes.put(process.pid(), new Followed(process));
    }

    /** Whether nothing is followed any more. Any thread. */
    public boolean isEmpty() {
        return processes.isEmpty();
    }

    /** How {@link #end} takes leave of one process. */
    public interface Farewell {
        /** Takes out what was put into the process; the threads that it stops are let go for good. */
        void of(TargetProcess process) throws InterruptedException;
    }

    /** Lets all processes go, those too that are made meanwhile; after this the ptrace thread must be ended. */
    public void end(Farewell farewell) throws InterruptedException {
        awaitStarts();
        while (!processes.isEmpty()) {
            for (Followed followed : new ArrayList<>(processes.values())) {
                end(followed, farewell);
            }
            awaitNewborn();
        }
        LaunchedProcess.noteUnfollowed();
    }

    private void end(Followed followed, Farewell farewell) throws InterruptedException {
        int pid = followed.process.pid();
        cancelStart(followed);
        held.release(pid);
        farewell.of(followed.process);
        if (held.threadsOf(pid).length > 0) {
            try {
                followed.process.stopAll().close();
            } catch (AttachException e) {
                // It has ended, or waits uninterruptibly: the end of the ptrace thread lets it go.
                followed.start = null;
            }
        }
        processes.remove(pid);
    }

    private void cancelStart(Followed followed) {
        ProgramStart start = followed.start;
        followed.start = null;
        if (start == null) {
            return;
        }
        try (StoppedThreads stopped = followed.process.stopAll()) {
            if (!stopped.threads().isEmpty()) {
                start.cancel();
            }
        } catch (AttachException e) {
            return; // it has ended
        }
    }

    private void awaitStarts() {
        long deadline = System.nanoTime() + START_NANOS;
        while (processes.values().stream().anyMatch(followed -> followed.start != null)
                && System.nanoTime() - deadline < 0) {
            if (!step(Processes.WNOHANG)) {
                Processes.sleepNanos(200_000);
            }
        }
    }

    private void awaitNewborn() {
        long deadline = System.nanoTime() + NEWBORN_NANOS;
        while (step(Processes.WNOHANG) || (held.awaitsNewborn() && System.nanoTime() - deadline < 0)) {
            Thread.onSpinWait();
        }
    }

    /**
     * Waits for one report and deals with it.
     *
     * @return false if there can be none: nobody is seized
     */
    boolean step() {
        return step(0);
    }

    /** With WNOHANG: false if there is nothing to tell. */
    private boolean step(int options) {
        HeldThreads.Report kept = held.nextReport();
        if (kept != null) {
            handle(kept.tid(), kept.kind(), kept.status());
            return true;
        }
        long result = Processes.waitLeavingSignals(-1, options | Processes.WALL | Processes.WNOTHREAD);
        if (result == -Errno.EINTR) {
            return true;
        }
        if (result <= 0) {
            return false;
        }
        int tid = (int) result;
        int status = (int) (result >> 32);
        int kind = ThreadWait.kindOf(status);
        if (kind != ThreadWait.GONE && !held.holds(tid)) {
            unknown(tid, kind, status);
        } else {
            if (kind == ThreadWait.EVENT || kind == ThreadWait.FORKED) {
                held.note(tid, kind, status);
            }
            handle(tid, kind, status);
        }
        return true;
    }

    private void handle(int tid, int kind, int status) {
        int signal = ThreadWait.signalOf(status);
        Followed followed = processes.get(held.processOf(tid));
        if (kind == ThreadWait.GONE) {
            ended(tid, status);
        } else if (kind == ThreadWait.EXEC) {
            executed(tid);
        } else if (followed != null && followed.start != null) {
            proceed(followed, followed.start, kind, signal);
        } else {
            switch (kind) {
                case ThreadWait.SIGNAL -> deliver(tid, signal);
                case ThreadWait.EVENT -> {
                    repeatInterruptedCall(tid);
                    held.resume(tid);
                }
                default -> Ptrace.resume(tid, 0);
            }
        }
    }

    /** A signal that the process ignores must not end a system call that it would not have ended without a tracer. */
    private void deliver(int tid, int signal) {
        try {
            StoppedThread thread = new StoppedThread(held.processOf(tid), tid);
            if (InterruptedCalls.isRepeatable(thread.registers()) && ProcessFacts.ignores(tid, signal)) {
                thread.setRegisters(InterruptedCalls.repeated(thread.registers()));
            }
        } catch (AttachException | LinuxException killed) {
            // Its end will be told.
            return;
        }
        Ptrace.resume(tid, signal);
    }

    private void repeatInterruptedCall(int tid) {
        try {
            new StoppedThread(held.processOf(tid), tid).repeatInterruptedCall();
        } catch (AttachException killed) {
            return; // its end will be told
        }
    }

    /** A thread that nobody has asked for: newly made, or asked to stop by a task that gave up waiting. */
    private void unknown(int tid, int kind, int status) {
        int maker = held.takeMaker(tid);
        if (maker == 0 && held.takeAbandoned(tid)) {
            Ptrace.detach(tid, kind == ThreadWait.SIGNAL ? ThreadWait.signalOf(status) : 0);
        } else if (maker != 0 && Processes.tgkill(maker, tid, 0) == 0) {
            bornInto(maker, tid, kind, status);
        } else {
            born(tid, maker, kind, status);
        }
    }

    private void bornInto(int pid, int tid, int kind, int status) {
        held.hold(pid, tid);
        held.note(tid, kind, status);
        handle(tid, kind, status);
    }

    private void born(int pid, int maker, int kind, int status) {
        try {
            ProcessFacts facts = ProcessFacts.read("/proc/" + pid);
            if (facts.threadGroup() != pid) {
                bornInto(facts.threadGroup(), pid, kind, status);
                return;
            }
            int parent = maker != 0 ? maker : facts.parent();
            TargetProcess child = TargetProcess.openForked(pid, facts);
            held.hold(pid, pid);
            held.note(pid, kind, status);
            processes.put(pid, new Followed(child));
            listener.forked(parent, child, StoppedThreads.ofNew(child));
            handle(pid, kind, status);
        } catch (AttachException refused) {
            Ptrace.detach(pid, 0);
            listener.letGo(pid, refused.refusal().sentence());
        } catch (LinuxException killed) {
            Ptrace.detach(pid, 0);
        }
    }

    private void executed(int pid) {
        for (int tid : held.threadsOf(pid)) {
            if (tid != pid) {
                held.forget(tid);
            }
        }
        held.hold(pid, pid);
        Followed followed = processes.get(pid);
        if (followed != null) {
            listener.replaced(pid);
            followed.process.close();
        }
        try {
            TargetProcess process = TargetProcess.open(pid, true);
            Followed fresh = new Followed(process);
            processes.put(pid, fresh);
            if (PrivilegedPrograms.isDeprived(pid)) {
                PrivilegedPrograms.executeAgain(process);
                throw new AttachException(
                        Reason.NO_PERMISSION,
                        "its program gets privileges by its file, which a traced program would not; run as root to follow it");
            }
            ProgramStart start = ProgramStart.prepare(process);
            fresh.start = start;
            start.resume(0);
        } catch (AttachException refused) {
            letGo(pid, refused);
        }
    }

    private void proceed(Followed followed, ProgramStart start, int kind, int signal) {
        int pid = followed.process.pid();
        try {
            if (!start.report(kind, signal)) {
                return;
            }
            followed.start = null;
            listener.started(followed.process, StoppedThreads.ofNew(followed.process));
            held.resume(pid);
        } catch (AttachException refused) {
            followed.start = null;
            letGo(pid, refused);
        }
    }

    /** The process stands still, or has been killed. */
    private void letGo(int pid, AttachException refused) {
        if (Ptrace.detach(pid, 0) != 0) {
            return; // its end will be told
        }
        held.forget(pid);
        Followed gone = processes.remove(pid);
        if (gone != null) {
            gone.process.close();
        }
        listener.letGo(pid, refused.refusal().sentence());
    }

    private void ended(int tid, int status) {
        LaunchedProcess.noteEnd(tid, status);
        int pid = held.processOf(tid);
        held.forget(tid);
        if (tid == pid) {
            Followed gone = processes.remove(pid);
            if (gone != null) {
                gone.process.close();
                listener.ended(pid, status);
            }
        }
    }
}
