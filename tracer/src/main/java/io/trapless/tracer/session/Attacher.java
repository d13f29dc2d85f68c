package io.trapless.tracer.session;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.DynamicLinker;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.OpenFile;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.trap.TrapRefusal;
import io.trapless.tracer.trap.Traps;
import java.io.IOException;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts what a recording has bound into processes. One thread at a time. */
final class Attacher {
    private static final byte BREAKPOINT = (byte) 0xCC;

    private final Ptracer ptracer;
    private final SessionResources session;
    private final SiteBinder binder;
    private final HostFacts host;
    private final boolean systemCalls;
    private final boolean watchesLoads;
    private final CodeSizes sizes = new CodeSizes();
    private int nextSlot;

    /** @param watchesLoads whether processes are to tell of what they load later */
    Attacher(
            Ptracer ptracer,
            SessionResources session,
            SiteBinder binder,
            HostFacts host,
            boolean systemCalls,
            boolean watchesLoads) {
        this.ptracer = ptracer;
        this.session = session;
        this.binder = binder;
        this.host = host;
        this.systemCalls = systemCalls;
        this.watchesLoads = watchesLoads;
    }

    SessionResources session() {
        return session;
    }

    /** A step of attaching. */
    @FunctionalInterface
    interface Step {
        void run() throws AttachException, RecordingException, IOException, InterruptedException;
    }

    /**
     * Arms what was bound in a process, and notes it there; its events are known to the session. Each step that touches the process is a task of the ptrace thread; the code is written while it
     * runs. If it fails, what was done so far stands in {@code process}, to be taken back.
     */
    void attach(TracedProcess process, BoundTarget bound, Standstill standstill)
            throws AttachException, RecordingException, IOException, InterruptedException {
        process.addProbes(bound.probes());
        LoadHook loadHook = loadHook(process, bound);
        setTraps(process, bound, standstill);
        List<ArmedSite> sites = loadHook == null ? bound.sites() : beside(loadHook, bound.sites());
        if (sites.isEmpty() && loadHook == null) {
            return;
        }
        // On the ptrace thread, which gets its turn however busy the target keeps the machine.
        Gadgets gadgets = ptracer.call(() -> Gadgets.find(process.target()));
        ProcessAttachment attachment = new ProcessAttachment(
                process.target(),
                gadgets,
                session.file().geometry(),
                sites,
                bound.semaphores(),
                process.rings(),
                loadHook,
                session.journal(),
                host,
                systemCalls,
                sizes);
        process.add(attachment);
        try (OpenFile ringFile = session.openRings()) {
            onPtracer(ptracer, () -> attachment.map(standstill, ringFile));
            attachment.generate();
            if (process.origin() == TracedProcess.Origin.STARTED) { // it stands still anyway
                onPtracer(ptracer, () -> warmUp(attachment, standstill));
            }
            onPtracer(ptracer, () -> attachment.arm(standstill));
        }
        for (CodeRegion.Unplaceable site : attachment.unplaceable()) {
            site.site().probes().forEach(probe -> binder.refuse(session.nameOf(probe.eventId()), site.sentence()));
        }
        attachment.forgetPlans();
    }

    /** The linker's function can hold one jump, and that is ours: without it, what is loaded later would have no probes. */
    private List<ArmedSite> beside(LoadHook loadHook, List<ArmedSite> sites) {
        return sites.stream()
                .filter(site -> {
                    boolean inTheWay = loadHook.isInTheWayOf(site);
                    if (inTheWay) {
                        site.probes()
                                .forEach(probe -> binder.refuse(
                                        session.nameOf(probe.eventId()),
                                        "Trapless itself needs this place, to be told of libraries that are loaded"));
                    }
                    return !inTheWay;
                })
                .toList();
    }

    private static void warmUp(ProcessAttachment attachment, Standstill standstill)
            throws AttachException, IOException {
        RingWarmUp warmUp = attachment.warmUp(standstill);
        if (warmUp != null) {
            warmUp.run();
        }
    }

    /** All threads stand still meanwhile: each has a trap of its own, which those that it makes later inherit. */
    private void setTraps(TracedProcess process, BoundTarget bound, Standstill standstill)
            throws AttachException, RecordingException, IOException, InterruptedException {
        if (bound.traps().isEmpty()) {
            return;
        }
        Traps traps = session.traps();
        TargetProcess target = process.target();
        IntUnaryOperator tids = target.namespacePid() == target.pid() ? tid -> tid : target::namespaceTid;
        onPtracer(
                ptracer,
                () -> standstill.all(stopped -> {
                    for (BoundTrap trap : bound.traps()) {
                        TrapRefusal refusal = traps.set(trap.probe(), target.threadIds(), tids);
                        if (refusal == null && target.readMemory(trap.address(), 1)[0] != BREAKPOINT) {
                            refusal = new TrapRefusal("the kernel accepts a trap there and sets none");
                        }
                        if (refusal == null) {
                            traps.setEnabled(trap.probe().eventId(), true);
                            process.noteTrap();
                        } else {
                            binder.refuse(trap.name(), "no jump is possible, and no trap: " + refusal.sentence());
                        }
                    }
                }));
    }

    /**
     * For a process that may load what is meant, the first time that something is put into it. What a program is linked with stays where it is; only what ran already may have loaded something that
     * it will unload and load again.
     */
    private @Nullable LoadHook loadHook(TracedProcess process, BoundTarget bound) throws AttachException {
        boolean mayLoad = bound.awaitsLoads() || process.origin() == TracedProcess.Origin.ATTACHED;
        if (!watchesLoads || !mayLoad || !process.attachments().isEmpty()) {
            return null;
        }
        DynamicLinker linker = DynamicLinker.of(process.target());
        if (linker == null) {
            return null;
        }
        int slot = nextSlot++ % SessionHeaderDescriptor.LOAD_SLOTS;
        process.setLoadSlot(slot);
        process.setModules(LoadedModules.of(process.target().mappings()));
        return new LoadHook(linker, slot);
    }

    /** Runs a step on the ptrace thread and lets its own exceptions through. */
    static void onPtracer(Ptracer ptracer, Step step)
            throws AttachException, RecordingException, IOException, InterruptedException {
        Exception[] thrown = new Exception[1];
        ptracer.call(() -> {
            try {
                step.run();
            } catch (RecordingException | IOException | InterruptedException e) {
                thrown[0] = e;
            }
            return true;
        });
        rethrow(thrown[0]);
    }

    private static void rethrow(@Nullable Exception thrown)
            throws RecordingException, IOException, InterruptedException {
        switch (thrown) {
            case null -> {}
            case RecordingException e -> throw e;
            case IOException e -> throw e;
            case InterruptedException e -> throw e;
            default -> throw new IllegalStateException(thrown);
        }
    }
}
