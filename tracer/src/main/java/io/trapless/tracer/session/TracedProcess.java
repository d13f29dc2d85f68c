package io.trapless.tracer.session;

import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.resolve.ModuleImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** It tells nobody of what it loads. */
    static final int NO_SLOT = -1;

    private final TargetProcess target;
    private final Origin origin;
    private final int parent;
    private final List<String> command;
    private final List<BoundProbe> probes = new CopyOnWriteArrayList<>();
    private final List<ProcessAttachment> attachments = new CopyOnWriteArrayList<>();
    private final AtomicInteger trapCount = new AtomicInteger();

    private volatile LoadedModules modules = new LoadedModules(List.of());
    private volatile int loadSlot = NO_SLOT;
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

    /** A process that was forked from this one: it has what stood in this one then, which is not all if the fork came while something was put in. */
    TracedProcess forked(TargetProcess child) {
        TracedProcess forked = new TracedProcess(child, Origin.FORKED, target.pid());
        forked.probes.addAll(probes);
        for (ProcessAttachment attachment : attachments) {
            if (attachment.standsIn(child)) {
                forked.attachments.add(attachment);
            }
        }
        forked.modules = modules;
        forked.loadSlot = forked.attachments.isEmpty() ? NO_SLOT : loadSlot;
        return forked;
    }

    /** Whether something is armed in a module. */
    boolean isArmed(ModuleImage module) {
        return changes().stream().anyMatch(change -> module.containsCode(change.address()));
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

    /** What it has mapped, as far as its probes have been bound. */
    LoadedModules modules() {
        return modules;
    }

    void setModules(LoadedModules now) {
        modules = now;
    }

    /** Where it tells of what it loads; {@link #NO_SLOT}: nowhere. */
    int loadSlot() {
        return loadSlot;
    }

    void setLoadSlot(int slot) {
        loadSlot = slot;
    }

    /** It has unmapped something: nothing there is to be taken back any more. */
    void forget(AddressRange range) throws IOException {
        for (ProcessAttachment attachment : attachments) {
            attachment.forget(range);
        }
    }

    /** Forgets what was armed in modules that have been loaded anew in the same place since; returns the others. */
    LoadedModules dropReloaded(LoadedModules candidates) throws IOException {
        List<LoadedModules.Module> kept = new ArrayList<>();
        for (LoadedModules.Module module : candidates.modules()) {
            if (hasLostJump(module.range())) {
                forget(module.range());
            } else {
                kept.add(module);
            }
        }
        return new LoadedModules(kept);
    }

    private boolean hasLostJump(AddressRange range) {
        for (TextChange change : changes()) {
            if (range.contains(change.address())) {
                byte[] now = new byte[change.expected().length];
                int got = target.tryReadMemory(change.address(), now, 0, now.length);
                return got == now.length && Arrays.equals(now, change.expected());
            }
        }
        return false;
    }

    void addProbes(List<BoundProbe> more) {
        probes.addAll(more);
    }

    /** A trap has been set. */
    void noteTrap() {
        trapCount.incrementAndGet();
    }

    void add(ProcessAttachment attachment) {
        attachments.add(attachment);
    }

    /** What was written over its text. */
    List<TextChange> changes() {
        return attachments.stream().flatMap(a -> a.changes().stream()).toList();
    }

    /** Places of it that are armed. */
    int siteCount() {
        return trapCount.get()
                + attachments.stream().mapToInt(ProcessAttachment::siteCount).sum();
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

    /** Asked fifty times a second for as long as a recording lasts, so in the cheapest way. */
    boolean isAlive() {
        return !gone && (followed || target.sameImage());
    }
}
