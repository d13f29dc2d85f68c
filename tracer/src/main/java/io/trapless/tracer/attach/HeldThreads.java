package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The threads that stay seized between the tasks of a ptrace thread, and what the kernel has told of them. A task may wait for one thread and be told of something else meanwhile: that is kept
 * here for {@link Following}. The ptrace thread's own.
 */
final class HeldThreads {
    /** All that is told of a thread that is held, and of what it makes. */
    static final int OPTIONS =
            Ptrace.O_TRACESYSGOOD | Ptrace.O_TRACEFORK | Ptrace.O_TRACEVFORK | Ptrace.O_TRACECLONE | Ptrace.O_TRACEEXEC;

    private final Map<Integer, Held> threads = new HashMap<>();
    private final Map<Integer, Integer> makers = new HashMap<>();
    private final Set<Integer> abandoned = new HashSet<>();
    private final Deque<Report> reports = new ArrayDeque<>();

    /** One thread; {@link #stopSignal} is that of its last event stop. */
    private static final class Held {
        final int pid;
        int stopSignal = Processes.SIGTRAP;
        boolean releasing;

        Held(int pid) {
            this.pid = pid;
        }
    }

    /** Something that {@link Following} has still to deal with: {@link ThreadWait#EXEC} or {@link ThreadWait#GONE} of a thread. */
    record Report(int tid, int kind, int status) {}

    /** Whether the thread is held. */
    boolean holds(int tid) {
        return threads.containsKey(tid);
    }

    /** The process of a thread that is held; 0 for another. */
    int processOf(int tid) {
        Held thread = threads.get(tid);
        return thread == null ? 0 : thread.pid;
    }

    /** Every held thread of a process. */
    int[] threadsOf(int pid) {
        return threads.entrySet().stream()
                .filter(entry -> entry.getValue().pid == pid)
                .mapToInt(Map.Entry::getKey)
                .toArray();
    }

    void hold(int pid, int tid) {
        threads.putIfAbsent(tid, new Held(pid));
    }

    void forget(int tid) {
        threads.remove(tid);
    }

    /** From now on the process's threads are let go for good wherever they are resumed. */
    void release(int pid) {
        for (Held thread : threads.values()) {
            thread.releasing |= thread.pid == pid;
        }
    }

    /** A thread that was asked to stop and has not: it is let go when it does. */
    void abandon(int tid) {
        if (!holds(tid)) {
            abandoned.add(tid);
        }
    }

    /** Whether the thread was {@link #abandon}ed; it is not any more. */
    boolean takeAbandoned(int tid) {
        return abandoned.remove(tid);
    }

    /** Who has made a thread or process; 0 if that has not been told. It is forgotten. */
    int takeMaker(int tid) {
        Integer maker = makers.remove(tid);
        return maker == null ? 0 : maker;
    }

    /** The kernel has told something of a thread. */
    void note(int tid, int kind, int status) {
        Held thread = threads.get(tid);
        switch (kind) {
            case ThreadWait.EVENT -> {
                if (thread != null) {
                    thread.stopSignal = ThreadWait.signalOf(status);
                }
            }
            case ThreadWait.FORKED -> {
                long made = Ptrace.eventMessage(tid);
                if (made > 0 && thread != null && !holds((int) made)) {
                    makers.put((int) made, thread.pid);
                }
            }
            case ThreadWait.EXEC, ThreadWait.GONE -> {
                if (thread != null) {
                    reports.add(new Report(tid, kind, status));
                }
            }
            default -> {}
        }
    }

    /** Whether some have been made that have not reported yet. */
    boolean awaitsNewborn() {
        return !makers.isEmpty();
    }

    /** Whether the thread stands at an execve that {@link Following} has not dealt with. */
    boolean standsAtExec(int tid) {
        return reports.stream().anyMatch(report -> report.tid == tid && report.kind == ThreadWait.EXEC);
    }

    @Nullable Report nextReport() {
        return reports.poll();
    }

    /**
     * Lets a thread that stands in an event stop go on as its process is: stopped, if it is stopped.
     *
     * @return the kernel's result
     */
    long resume(int tid) {
        Held thread = threads.get(tid);
        if (thread == null || thread.releasing) {
            threads.remove(tid);
            return Ptrace.detach(tid, 0);
        }
        return thread.stopSignal == Processes.SIGTRAP ? Ptrace.resume(tid, 0) : Ptrace.listen(tid);
    }
}
