package io.trapless.tracer.session;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Slice;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.RefusalReason;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds, for each process, the places that the clauses mean, plans them, and gives each clause at each place an event id. What can't be armed is collected as refusals. For one thread.
 */
final class SiteBinder {
    private final List<Clause> clauses;
    private final int firstTrigger;
    private boolean traps;
    private final ImageFiles files;
    private final SitePlanners planners = new SitePlanners();
    private final boolean systemCalls;
    private final Set<RefusedProbe> refused = new LinkedHashSet<>();
    private final Map<SliceKey, CaptureProgram> slices = new HashMap<>();
    private final EventIds ids = new EventIds();
    private final PatternLedger ledger = new PatternLedger();
    private final LaterModules later;
    private final boolean durations;

    private record SliceKey(int clause, ArgumentTypes types) {}

    /**
     * @param triggers how many of the clauses, at the end, are triggers: the first has slot 0
     * @param later which modules may come that are not there yet
     * @param durations whether records of entries and exits carry what pairs them
     */
    SiteBinder(
            List<Clause> clauses,
            int triggers,
            ImageFiles files,
            boolean systemCalls,
            LaterModules later,
            boolean durations) {
        this.clauses = List.copyOf(clauses);
        this.firstTrigger = clauses.size() - triggers;
        this.files = files;
        this.systemCalls = systemCalls;
        this.later = later;
        this.durations = durations;
    }

    /** What has been found, and what is waited for. */
    PatternLedger ledger() {
        return ledger;
    }

    /** What could not be armed so far. */
    List<RefusedProbe> refused() {
        return List.copyOf(refused);
    }

    void refuse(String probe, String reason) {
        refused.add(new RefusedProbe(probe, reason));
    }

    /** {@link #bind(TargetProcess, Predicate)} in all its modules. */
    BoundTarget bind(TargetProcess process) throws AttachException, RecordingException {
        return bind(process, _ -> true);
    }

    /**
     * Binds one process.
     *
     * @param modules those that are looked into
     * @throws RecordingException a clause is wrong at a site that it means, or there are more sites than event ids
     */
    BoundTarget bind(TargetProcess process, Predicate<ModuleImage> modules) throws AttachException, RecordingException {
        Resolver resolver = Resolver.forProcess(process, files);
        TargetBinding binding = new TargetBinding(process, this);
        for (int c = 0; c < clauses.size(); c++) {
            for (ProbePattern pattern : clauses.get(c).probes()) {
                Resolution resolution = resolver.resolve(pattern);
                note(process, pattern, resolution);
                for (Site site : resolution.sites()) {
                    if (modules.test(site.module())) {
                        binding.add(c, site);
                    }
                }
            }
        }
        return binding.finish();
    }

    private void note(TargetProcess process, ProbePattern pattern, Resolution resolution) {
        boolean absent = false;
        for (Refusal refusal : resolution.refusals()) {
            if (refusal.reason() == RefusalReason.NO_SUCH_MODULE) {
                absent = true;
            }
            if (refusal.reason() == RefusalReason.NO_SUCH_MODULE && later.mayCome(process, pattern)) {
                ledger.await(pattern, refusal.sentence());
            } else {
                refuse(refusal.probe(), refusal.sentence());
            }
        }
        if (!absent) {
            ledger.found(pattern);
        }
    }

    /** What a clause captures at a site with such arguments. */
    CaptureProgram slice(int clause, ArgumentTypes types) throws RecordingException {
        SliceKey key = new SliceKey(clause, types);
        CaptureProgram known = slices.get(key);
        if (known != null) {
            return known;
        }
        return switch (Slice.of(clauses.get(clause), types)) {
            case Result.Failed<CaptureProgram> failed -> throw RecordingException.wrongUsage(failed.text());
            case Result.Ok<CaptureProgram> ok -> {
                slices.put(key, ok.value());
                yield ok.value();
            }
        };
    }

    SitePlanners planners() {
        return planners;
    }

    /** Lets the kernel's breakpoints serve where no jump is possible. */
    void allowTraps() {
        traps = true;
    }

    boolean traps() {
        return traps;
    }

    boolean durations() {
        return durations;
    }

    /**
     * What a clause records at a site.
     *
     * @param place what tells its event from others of the clause: the probe's name, and whatever else there is
     * @throws RecordingException the clause is wrong there, or there are no more event ids
     */
    SiteProbe probe(int clause, String place, long fileAddress, ArgumentTypes types, List<ArgumentLocation> locations)
            throws RecordingException {
        CaptureProgram program = slice(clause, types);
        int id = ids.of(clause, place, fileAddress, types);
        if (id < 0) {
            throw RecordingException.failed("the clauses mean more than " + EventType.MAX_ID
                    + " places; a recording holds no more, so name fewer of them");
        }
        int trigger = clause < firstTrigger ? SiteProbe.NO_TRIGGER : clause - firstTrigger;
        return new SiteProbe(id, program.filter(), program.captures(), locations, trigger);
    }

    /** Whether a probe may be armed as the user wants it. */
    void check(int clause, SiteProbe probe) throws RecordingException {
        String text = clauses.get(clause).source().text().strip();
        if (TrampolineCompiler.isTooLarge(probe)) {
            throw RecordingException.wrongUsage("the captures of '" + text
                    + "' would take more than 2 KiB of the target's stack; shorten its strings and buffers");
        }
        if (probe.readsPointers() && !systemCalls) {
            throw RecordingException.wrongUsage(
                    "'" + text
                            + "' reads memory behind pointers, which takes a system call; leave out --no-syscalls, or those captures");
        }
        if (probe.faultable() && probe.captures().size() > EventType.MAX_FAULTABLE_FIELDS) {
            throw RecordingException.wrongUsage(
                    "'" + text + "' has " + probe.captures().size()
                            + " fields with those that exits need, of which some read memory; there may be "
                            + EventType.MAX_FAULTABLE_FIELDS + ": leave some out");
        }
    }
}
