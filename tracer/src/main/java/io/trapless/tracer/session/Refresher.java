package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.Ptracer;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Brings what is armed in a process up to what it has mapped: arms what it has loaded, and forgets what it has unloaded. Any thread; the work is a task of the ptrace thread.
 */
final class Refresher implements LoadWatch.Looker {
    private final TracedProcesses processes;
    private final Ptracer ptracer;
    private final SiteBinder binder;
    private final Attacher attacher;
    private final Consumer<String> notices;

    Refresher(
            TracedProcesses processes,
            Ptracer ptracer,
            SiteBinder binder,
            Attacher attacher,
            Consumer<String> notices) {
        this.processes = processes;
        this.ptracer = ptracer;
        this.binder = binder;
        this.attacher = attacher;
        this.notices = notices;
    }

    @Override
    public void look(int slot) throws InterruptedException {
        try {
            Attacher.onPtracer(ptracer, () -> {
                for (TracedProcess process : processes.present()) {
                    if (process.loadSlot() == slot) {
                        refresh(process);
                    }
                }
            });
        } catch (AttachException | RecordingException | IOException e) {
            throw new IllegalStateException(e); // refresh keeps its failures to notices
        }
    }

    /** On the ptrace thread. */
    void refresh(TracedProcess process) throws InterruptedException {
        try {
            LoadedModules now = LoadedModules.of(process.target().mappings());
            LoadedModules before = process.modules();
            for (LoadedModules.Module gone : before.without(now).modules()) {
                process.forget(gone.range());
            }
            LoadedModules kept = process.dropReloaded(before.without(before.without(now)));
            LoadedModules fresh = now.without(kept);
            process.setModules(now);
            if (!fresh.isEmpty()) {
                if (binder.hasStacks()) {
                    attacher.session().refresh(process.target());
                }
                BoundTarget bound = binder.bind(process.target(), fresh::contains);
                if (!bound.sites().isEmpty()) {
                    attacher.session().extend(List.of(bound));
                    attacher.attach(process, bound, Standstill.of(process.target()));
                }
            }
        } catch (AttachException e) {
            if (e.reason() != Reason.TARGET_GONE) {
                tell(process, e.refusal().sentence());
            }
        } catch (RecordingException e) {
            tell(process, e.sentence());
        } catch (IOException e) {
            tell(process, Sentences.of(e));
        } catch (RuntimeException e) {
            // A bug of ours with one library: whoever loads others is still answered.
            tell(process, "internal error: " + e);
        }
    }

    private void tell(TracedProcess process, String sentence) {
        notices.accept("a library that process " + process.pid() + " loaded runs without probes: " + sentence);
    }
}
