package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.TargetProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    void releaseAll(List<ProcessAttachment> attachments) throws InterruptedException {
        for (ProcessAttachment attachment : attachments) {
            release(attachment.target(), attachment);
            for (int child : Descendants.sharing(rings, attachment.target().pid(), attachments)) {
                releaseChild(child, attachment);
            }
        }
    }

    private void releaseChild(int child, ProcessAttachment parent) throws InterruptedException {
        try (TargetProcess process = TargetProcess.open(child)) {
            release(process, parent);
        } catch (AttachException e) {
            notices.add("the forked process " + child + " could not be detached from: "
                    + e.refusal().sentence());
        }
    }

    private void release(TargetProcess target, ProcessAttachment attachment) throws InterruptedException {
        if (!target.isAlive()) {
            return;
        }
        try {
            Detachment.Result result = new Detachment(
                            target, attachment.changes(), attachment.semaphores(), attachment.mappings())
                    .runOn(ptracer);
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
