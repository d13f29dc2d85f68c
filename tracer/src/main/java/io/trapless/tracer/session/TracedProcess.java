package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One program of a process that is recorded, and what was put into it. A process that executes another program is another one of these. Any thread may read; what is put in is added by one thread
 * at a time.
 */
final class TracedProcess {
    /** How it came to be recorded. */
    enum Origin {
        /** It ran already. */
        ATTACHED,
        /** The recording has started it. */
        STARTED,
        /** A recorded process has forked it. */
        FORKED,
        /** A recorded process has become this program. */
        EXECUTED
    }

    private final TargetProcess target;
    private final Origin origin;
    private final int parent;
    private final List<String> command;
    private final List<BoundProbe> probes = new CopyOnWriteArrayList<>();
    private final List<ProcessAttachment> attachments = new CopyOnWriteArrayList<>();

    private volatile boolean followed;
    private volatile boolean gone;
    private volatile @Nullable Integer waitStatus;

    /** @param parent pid of the recorded process that made it, or 0 */
    TracedProcess(TargetProcess target, Origin origin, int parent) {
        this.target = target;
        this.origin = origin;
        this.parent = parent;
        this.command = target.commandLine();
    }

    /** A process that was just forked from this one: it has all that is in it. */
    TracedProcess forked(TargetProcess child) {
        TracedProcess forked = new TracedProcess(child, Origin.FORKED, target.pid());
        forked.probes.addAll(probes);
        forked.attachments.addAll(attachments);
        return forked;
    }

    TargetProcess target() {
        return target;
    }

    int pid() {
        return target.pid();
    }

    Origin origin() {
        return origin;
    }

    int parent() {
        return parent;
    }

    List<String> command() {
        return command;
    }

    List<BoundProbe> probes() {
        return probes;
    }

    List<ProcessAttachment> attachments() {
        return attachments;
    }

    void addProbes(List<BoundProbe> more) {
        probes.addAll(more);
    }

    void add(ProcessAttachment attachment) {
        attachments.add(attachment);
    }

    /** What was written over its text. */
    List<TextChange> changes() {
        return attachments.stream().flatMap(a -> a.changes().stream()).toList();
    }

    List<Long> semaphores() {
        return attachments.stream().flatMap(a -> a.semaphores().stream()).toList();
    }

    List<ProcessAttachment.Mapped> mappings() {
        return attachments.stream().flatMap(a -> a.mappings().stream()).toList();
    }

    /** Where the rings are mapped in it; 0 if they are not. */
    long rings() {
        return attachments.isEmpty() ? 0 : attachments.getFirst().rings();
    }

    /** Whether one of the jumps stands in its memory. */
    boolean hasJump() {
        for (TextChange change : changes()) {
            byte[] now = new byte[change.replacement().length];
            if (target.tryReadMemory(change.address(), now, 0, now.length) == now.length
                    && Arrays.equals(now, change.replacement())) {
                return true;
            }
        }
        return false;
    }

    /** From now on {@link #end} and {@link #replaced} tell of its end. */
    void follow() {
        followed = true;
    }

    /** It runs no more: its process has become another program, or is not followed any longer. */
    void replaced() {
        gone = true;
    }

    void end(int status) {
        waitStatus = status;
        gone = true;
    }

    /** The wait status (wait(2)) of its process, or null: it runs, or nobody was told. */
    @Nullable Integer waitStatus() {
        return waitStatus;
    }

    boolean isAlive() {
        return !gone && (followed || target.isAlive());
    }
}
