package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.TargetProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes a session out of all its processes, and out of those that were forked from them. What can't be taken out becomes a notice. For the thread that drives the recording, once.
 */
final class SessionRelease {
    private final Ptracer ptracer;
    private final Path rings;
    private final List<String> notices = new ArrayList<>();

    /** @param rings the session's ring file, by which forked processes are found */
    SessionRelease(Ptracer ptracer, Path rings) {
        this.ptracer = ptracer;
        this.rings = rings;
    }

    /** Sentences about what went otherwise than one would expect. */
    List<String> notices() {
        return notices;
    }

    /** Releases processes that are not followed. */
    void releaseAll(List<TracedProcess> processes) throws InterruptedException {
        Set<Integer> known = new HashSet<>();
        processes.forEach(process -> known.add(process.pid()));
        for (TracedProcess process : processes) {
            if (process.attachments().isEmpty()) {
                continue;
            }
            release(process.target(), process);
            for (int child : Descendants.sharing(rings, process.pid(), known)) {
                releaseChild(child, process);
            }
        }
    }

    private void releaseChild(int child, TracedProcess parent) throws InterruptedException {
        try (TargetProcess process = TargetProcess.open(child)) {
            release(process, parent);
        } catch (AttachException e) {
            notices.add("the forked process " + child + " could not be detached from: "
                    + e.refusal().sentence());
        }
    }

    /**
     * Releases one process.
     *
     * @param process tells what is to be taken out: that of {@code target} itself, or of the process it was forked from
     */
    void release(TargetProcess target, TracedProcess process) throws InterruptedException {
        if (!target.isAlive()) {
            return;
        }
        try {
            Detachment.Result result =
                    new Detachment(target, process.changes(), process.semaphores(), process.mappings()).runOn(ptracer);
            if (result.foreignSites() > 0) {
                notices.add(result.foreignSites() + " places of process " + target.pid()
                        + " have been changed by somebody else since, and were left as they are");
            } else if (result.memoryLeft()) {
                notices.add("a thread of process " + target.pid()
                        + " may still need our code; it is harmless and stays mapped there");
            }
        } catch (AttachException e) {
            if (target.isAlive()) {
                notices.add("process " + target.pid() + " could not be detached from: "
                        + e.refusal().sentence() + "; run 'trapless detach -p " + target.pid() + "'");
            }
        }
    }
}
