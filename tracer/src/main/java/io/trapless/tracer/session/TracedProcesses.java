package io.trapless.tracer.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All processes of a recording, those too that have ended. Any thread; calls exclude each other. */
final class TracedProcesses {
    private final List<TracedProcess> all = new ArrayList<>();
    private final Map<Integer, TracedProcess> present = new HashMap<>();

    /** Adds a process; what the same pid was before is over. */
    synchronized void add(TracedProcess process) {
        all.add(process);
        TracedProcess before = present.put(process.pid(), process);
        if (before != null) {
            before.replaced();
        }
    }

    /** What a pid is now; null if it is none of ours. */
    synchronized @Nullable TracedProcess present(int pid) {
        return present.get(pid);
    }

    /** What a pid is now or, if it is none of ours any more, was last; null if it never was. */
    synchronized @Nullable TracedProcess latest(int pid) {
        TracedProcess now = present.get(pid);
        for (int i = all.size() - 1; now == null && i >= 0; i--) {
            now = all.get(i).pid() == pid ? all.get(i) : null;
        }
        return now;
    }

    /** A pid is none of ours any more. */
    synchronized @Nullable TracedProcess remove(int pid) {
        return present.remove(pid);
    }

    /** A process could not be recorded after all: it never was one of ours. */
    synchronized void retract(TracedProcess process) {
        all.remove(process);
        present.remove(process.pid(), process);
    }

    /** In the order in which they came. */
    synchronized List<TracedProcess> all() {
        return List.copyOf(all);
    }

    /** Those that have not been replaced or removed; a process that nobody follows may have ended all the same. */
    synchronized List<TracedProcess> present() {
        return List.copyOf(present.values());
    }

    /** Whether one still runs. Asked again and again by code that is not asked often enough to be compiled. */
    synchronized boolean isAnyAlive() {
        for (TracedProcess process : present.values()) {
            if (process.isAlive()) {
                return true;
            }
        }
        return false;
    }
}
