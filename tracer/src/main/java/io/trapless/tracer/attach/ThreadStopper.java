package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stops threads: seize, interrupt, wait, and look again until a look finds no new one. Used once, on a {@link Ptracer} thread. */
final class ThreadStopper {
    static final long DEFAULT_TIMEOUT_NANOS = 2_000_000_000L;

    private static final long PATIENCE_CHECK_NANOS = 20_000_000L;

    /** A thread that is in an uninterruptible sleep for so long is not waited for any longer: the others stand still meanwhile. */
    private static final long UNINTERRUPTIBLE_NANOS = 100_000_000L;

    private final TargetProcess target;
    private final long deadline;
    private final long started = System.nanoTime();
    private final ThreadWait wait = new ThreadWait();
    private final List<StoppedThread> stopped = new ArrayList<>();
    private final BitSet seen = new BitSet();
    private int[] listed = new int[256];
    private int[] pending = new int[256];
    private int pendingCount;
    /** System.nanoTime; 0 before it. */
    private long firstInterrupt;

    ThreadStopper(TargetProcess target, long timeoutNanos) {
        if (!Ptracer.isCurrent()) {
            throw new IllegalStateException("threads are stopped on a Ptracer thread only");
        }
        this.target = target;
        this.deadline = started + timeoutNanos;
    }

    StoppedThreads stopAll() throws AttachException {
        int directory = (int) Descriptors.open("/proc/" + target.pid() + "/task", Descriptors.O_DIRECTORY);
        if (directory < 0) {
            throw AttachException.gone(target.pid());
        }
        try {
            while (seizeNew(directory)) {
                interruptPending();
                awaitPending();
            }
            if (stopped.isEmpty() || !target.sameImage()) {
                throw AttachException.gone(target.pid());
            }
            return new StoppedThreads(target, stopped, true, firstInterrupt);
        } catch (AttachException refused) {
            giveUp();
            throw refused;
        } finally {
            Descriptors.close(directory);
        }
    }

    /** Seizes every thread that was not seen before, which does not stop it yet; whether there was one. */
    private boolean seizeNew(int directory) throws AttachException {
        int count = Descriptors.listNumbers(directory, listed);
        if (count > listed.length) {
            listed = new int[count + 256];
            return seizeNew(directory);
        }
        boolean found = false;
        for (int i = 0; i < count; i++) {
            int tid = listed[i];
            if (!seen.get(tid) && seize(tid)) {
                found = true;
            }
        }
        return found;
    }

    /** Seizes; false if the thread has ended. */
    private boolean seize(int tid) throws AttachException {
        HeldThreads held = Ptracer.held();
        boolean ours = held != null && held.holds(tid);
        if (ours && Objects.requireNonNull(held).standsAtExec(tid)) {
            throw AttachException.gone(target.pid());
        }
        long result = ours ? 0 : seizeNow(tid);
        if (result == -Errno.EPERM && held != null && Admission.isTracedByThisThread(target.pid(), tid)) {
            // Made a moment ago by a thread that is held.
            held.hold(target.pid(), tid);
            result = 0;
        }
        if (result == 0) {
            seen.set(tid);
            if (pendingCount == pending.length) {
                pending = Arrays.copyOf(pending, 2 * pendingCount);
            }
            pending[pendingCount++] = tid;
            return true;
        }
        if (result == -Errno.ESRCH || ProcessFacts.hasEnded(target.pid(), tid)) {
            return false;
        }
        throw Admission.unseizable(target.pid(), tid, target.uid());
    }

    /** Who stands still already is not kept waiting for another recording. */
    private long seizeNow(int tid) {
        return firstInterrupt == 0
                ? Admission.seize(target.pid(), tid, Ptrace.O_TRACESYSGOOD)
                : Ptrace.seize(tid, Ptrace.O_TRACESYSGOOD);
    }

    private void interruptPending() {
        if (firstInterrupt == 0) {
            firstInterrupt = System.nanoTime();
        }
        for (int i = 0; i < pendingCount; i++) {
            Ptrace.interrupt(pending[i]);
        }
    }

    private void awaitPending() throws AttachException {
        while (pendingCount > 0) {
            int tid = pending[pendingCount - 1];
            int kind = wait.awaitEvent(tid, System.nanoTime() + PATIENCE_CHECK_NANOS);
            if (kind == ThreadWait.NOTHING) {
                checkPatience(tid);
                continue;
            }
            if (kind == ThreadWait.EVENT) {
                settle(new StoppedThread(target.pid(), tid));
            } else {
                // A thread that calls execve takes over the first thread's id: let it be found again.
                seen.clear(tid);
            }
            pendingCount--;
        }
    }

    private void settle(StoppedThread thread) {
        stopped.add(thread);
        try {
            thread.repeatInterruptedCall();
        } catch (AttachException killed) {
            // Its end is seen when it is let go.
            return;
        }
    }

    private void checkPatience(int tid) throws AttachException {
        long now = System.nanoTime();
        boolean uninterruptible =
                now - started > UNINTERRUPTIBLE_NANOS && ProcessFacts.stateOf(target.pid(), tid) == 'D';
        if (uninterruptible || now - deadline > 0) {
            throw new AttachException(
                    Reason.UNINTERRUPTIBLE,
                    "thread " + tid + " of process " + target.pid()
                            + " did not stop: it waits uninterruptibly in the kernel"
                            + " (for a vfork child, a disk or a network file system); try again later");
        }
    }

    /** Lets go of everything. A thread that has not stopped cannot be let go by request; the end of the ptrace thread does it. */
    private void giveUp() {
        for (int i = 0; i < pendingCount; i++) {
            Ptracer.retireAfterTask(pending[i]);
        }
        new StoppedThreads(target, stopped, false, firstInterrupt).close();
    }

    /** Stops the first thread, in order of promise, that can be lent. */
    StoppedThreads stopOne() throws AttachException {
        for (int round = 0; round < LendableThread.ROUNDS; round++) {
            List<MemoryMapping> mappings = target.mappings();
            int worst = LendableThread.worstRank(round);
            StoppedThreads one = stopFirst(
                    LendableThread.promising(target, mappings, round),
                    (alone, thread) -> LendableThread.rank(alone, thread, mappings) <= worst);
            if (one != null) {
                return one;
            }
            if (round >= LendableThread.PATIENT_ROUND) {
                Processes.sleepNanos(1_000_000);
            }
        }
        throw LendableThread.none(target);
    }

    /** Stops a thread that is {@link LendableThread#patient}; null if none can be lent right now. */
    @Nullable StoppedThreads stopPatient() throws AttachException {
        List<Integer> patient = LendableThread.patient(target);
        if (patient.isEmpty()) {
            return null;
        }
        List<MemoryMapping> mappings = target.mappings();
        return stopFirst(patient, (alone, thread) -> LendableThread.isPatient(alone, thread, mappings));
    }

    /** Whether a thread that stands still by itself will do. */
    private interface Fitness {
        boolean fits(StoppedThreads alone, StoppedThread thread) throws AttachException;
    }

    /** Stops one after the other until one will do; null if none does. */
    private @Nullable StoppedThreads stopFirst(List<Integer> tids, Fitness fitness) throws AttachException {
        for (int tid : tids) {
            StoppedThreads one = stopThread(tid);
            if (one == null) {
                continue;
            }
            if (fitness.fits(one, one.threads().getFirst())) {
                return one;
            }
            one.close();
        }
        return null;
    }

    private @Nullable StoppedThreads stopThread(int tid) throws AttachException {
        stopped.clear();
        seen.clear();
        firstInterrupt = 0;
        try {
            if (!seize(tid)) {
                return null;
            }
            interruptPending();
            awaitPending();
        } catch (AttachException refused) {
            giveUp();
            throw refused;
        }
        return stopped.isEmpty() ? null : new StoppedThreads(target, List.copyOf(stopped), false, firstInterrupt);
    }
}
