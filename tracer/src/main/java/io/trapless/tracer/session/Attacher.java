package io.trapless.tracer.session;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.DynamicLinker;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.linux.Descriptors;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Puts what a recording has bound into processes. One thread at a time. */
final class Attacher {
    private final Ptracer ptracer;
    private final SessionResources session;
    private final SiteBinder binder;
    private final HostFacts host;
    private final boolean systemCalls;
    private final boolean watchesLoads;
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
        if (bound.sites().isEmpty() && loadHook == null) {
            return;
        }
        // On the ptrace thread, which gets its turn however busy the target keeps the machine.
        Gadgets gadgets = ptracer.call(() -> Gadgets.find(process.target()));
        ProcessAttachment attachment = new ProcessAttachment(
                process.target(),
                gadgets,
                session.file().geometry(),
                bound.sites(),
                bound.semaphores(),
                process.rings(),
                loadHook,
                session.journal(),
                host,
                systemCalls);
        process.add(attachment);
        int descriptor = session.openRings();
        try {
            onPtracer(ptracer, () -> attachment.map(standstill, descriptor));
            attachment.generate();
            if (process.origin() != TracedProcess.Origin.EXECUTED) { // such processes are many, and few write much
                onPtracer(ptracer, () -> attachment.warmUp(standstill));
            }
            onPtracer(ptracer, () -> attachment.arm(standstill));
        } finally {
            Descriptors.close(descriptor);
        }
        for (CodeRegion.Unplaceable site : attachment.unplaceable()) {
            site.site().probes().forEach(probe -> binder.refuse(session.nameOf(probe.eventId()), site.sentence()));
        }
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
