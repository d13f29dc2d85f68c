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
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds, for each process, the places that the clauses mean, plans them, and gives each clause at each place an event id. What can't be armed is collected as refusals. For one thread.
 */
final class SiteBinder {
    private final List<Clause> clauses;
    private final ImageFiles files;
    private final SitePlanners planners = new SitePlanners();
    private final boolean systemCalls;
    private final boolean durations;
    private final Set<RefusedProbe> refused = new LinkedHashSet<>();
    private final Map<SliceKey, CaptureProgram> slices = new HashMap<>();
    private int nextId;

    private record SliceKey(int clause, ArgumentTypes types) {}

    /**
     * @param durations whether records of entries and exits carry what pairs them
     */
    SiteBinder(List<Clause> clauses, ImageFiles files, boolean systemCalls, boolean durations) {
        this.clauses = durations ? Durations.completed(clauses) : List.copyOf(clauses);
        this.files = files;
        this.systemCalls = systemCalls;
        this.durations = durations;
    }

    /** What could not be armed so far. */
    List<RefusedProbe> refused() {
        return List.copyOf(refused);
    }

    void refuse(String probe, String reason) {
        refused.add(new RefusedProbe(probe, reason));
    }

    /**
     * Binds one process.
     *
     * @throws RecordingException a clause is wrong at a site that it means, or there are more sites than event ids
     */
    BoundTarget bind(TargetProcess process) throws AttachException, RecordingException {
        Resolver resolver = Resolver.forProcess(process, files);
        TargetBinding binding = new TargetBinding(process, this);
        for (int c = 0; c < clauses.size(); c++) {
            for (ProbePattern pattern : clauses.get(c).probes()) {
                Resolution resolution = resolver.resolve(pattern);
                for (Refusal refusal : resolution.refusals()) {
                    refuse(refusal.probe(), refusal.sentence());
                }
                for (Site site : resolution.sites()) {
                    binding.add(c, site);
                }
            }
        }
        return binding.finish();
    }

    SitePlanners planners() {
        return planners;
    }

    boolean durations() {
        return durations;
    }

    /** What a clause records at a site with such arguments. */
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

    int newEventId() throws RecordingException {
        if (nextId > EventType.MAX_ID) {
            throw RecordingException.failed("the clauses mean more than " + EventType.MAX_ID
                    + " places; a recording holds no more, so name fewer of them");
        }
        return nextId++;
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
                            + " fields with those that durations need, of which some read memory; there may be "
                            + EventType.MAX_FAULTABLE_FIELDS + ": leave some out");
        }
    }
}
