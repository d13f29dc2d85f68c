package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.Following;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.ProcessKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets a recording go along with its processes: a forked one has the jumps of its parent, a new program is armed before its first initialiser. On the ptrace thread, while what it serves stands
 * still. A program that can't be armed runs without probes, and a notice tells.
 */
final class Follower implements Following.Listener {
    private final TracedProcesses processes;
    private final SiteBinder binder;
    private final Supplier<Attacher> attacher;
    private final Consumer<String> notices;

    /** @param attacher asked for when the first process has been made; the session is there by then */
    Follower(TracedProcesses processes, SiteBinder binder, Supplier<Attacher> attacher, Consumer<String> notices) {
        this.processes = processes;
        this.binder = binder;
        this.attacher = attacher;
        this.notices = notices;
    }

    @Override
    public void forked(int parent, TargetProcess child, StoppedThreads stopped) {
        // It may have ended before its child was told of: a daemon's first parent does.
        TracedProcess maker = processes.latest(parent);
        TracedProcess forked =
                maker == null ? new TracedProcess(child, TracedProcess.Origin.FORKED, parent) : maker.forked(child);
        forked.follow();
        processes.add(forked);
        nameChild(forked);
        attacher.get().session().forked(parent, child);
        if (maker != null && forked.attachments().size() < maker.attachments().size()) {
            arm(forked, stopped);
        }
    }

    /** Tells a child's code its process id. The fork has wiped the cells; one that is not empty is the parent's, in memory that both share until the child executes a program (vfork(2)). */
    private void nameChild(TracedProcess child) {
        byte[] pid = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(child.pid())
                .array();
        try {
            for (ProcessAttachment attachment : child.attachments()) {
                for (long cell : attachment.pidCells()) {
                    if (Arrays.equals(child.target().readMemory(cell, pid.length), new byte[pid.length])) {
                        child.target().writeMemory(cell, pid);
                    }
                }
            }
        } catch (AttachException e) {
            return; // it has been killed
        }
    }

    @Override
    public void replaced(int pid) {
        TracedProcess before = processes.remove(pid);
        if (before == null) {
            return;
        }
        before.replaced();
        if (before.attachments().stream().anyMatch(a -> a.target() == before.target())) {
            note(new JournalEntry.Replaced(new ProcessKey(pid, before.target().startTime())));
        }
    }

    private void note(JournalEntry entry) {
        try {
            attacher.get().session().journal().append(List.of(entry));
        } catch (IOException e) {
            notices.accept(Sentences.of(e));
        }
    }

    @Override
    public void started(TargetProcess process, StoppedThreads stopped) {
        TracedProcess started = new TracedProcess(process, TracedProcess.Origin.EXECUTED, 0);
        started.follow();
        processes.add(started);
        arm(started, stopped);
    }

    private void arm(TracedProcess process, StoppedThreads stopped) {
        try {
            BoundTarget bound = binder.bind(process.target(), module -> !process.isArmed(module));
            if (!bound.sites().isEmpty()) {
                attacher.get().session().extend(List.of(bound));
            }
            attacher.get().attach(process, bound, Standstill.of(stopped));
        } catch (AttachException e) {
            if (e.reason() != Reason.TARGET_GONE) {
                notices.accept(unarmed(process, e.refusal().sentence()));
            }
        } catch (RecordingException e) {
            notices.accept(unarmed(process, e.sentence()));
        } catch (IOException e) {
            notices.accept(unarmed(process, Sentences.of(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // A bug of ours with one program: the others are followed on.
            notices.accept(unarmed(process, "internal error: " + e));
        }
    }

    private static String unarmed(TracedProcess process, String sentence) {
        return "process " + process.pid() + " (" + String.join(" ", process.command()) + ") runs without probes: "
                + sentence;
    }

    @Override
    public void letGo(int pid, String sentence) {
        TracedProcess gone = processes.remove(pid);
        if (gone != null) {
            gone.replaced();
        }
        notices.accept("process " + pid + " is not followed any further: " + sentence);
    }

    @Override
    public void ended(int pid, int waitStatus) {
        TracedProcess ended = processes.remove(pid);
        if (ended != null) {
            ended.end(waitStatus);
        }
    }
}
