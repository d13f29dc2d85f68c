package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.plan.SitePlan;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds, for each process, the places that the clauses mean, plans them, and gives each clause at each place an event id. What can't be armed is collected as refusals. For one thread.
 */
final class SiteBinder {
    private final List<CaptureSource> clauses;
    private final int firstTrigger;
    private final ImageFiles files;
    private final SitePlanners planners = new SitePlanners();
    private final boolean systemCalls;
    private final Set<RefusedProbe> refused = new LinkedHashSet<>();
    private final Map<SliceKey, CaptureProgram> slices = new HashMap<>();
    private final EventIds ids = new EventIds();
    private final PatternLedger ledger = new PatternLedger();
    private final LaterModules later;

    private record SliceKey(int clause, ArgumentTypes types) {}

    /**
     * @param triggers how many of the clauses, at the end, are triggers: the first has slot 0
     * @param later which modules may come that are not there yet
     */
    SiteBinder(List<CaptureSource> clauses, int triggers, ImageFiles files, boolean systemCalls, LaterModules later) {
        this.clauses = List.copyOf(clauses);
        this.firstTrigger = clauses.size() - triggers;
        this.files = files;
        this.systemCalls = systemCalls;
        this.later = later;
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
        Binding binding = new Binding(process);
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
                ledger.await(pattern);
            } else {
                refuse(refusal.probe(), refusal.sentence());
            }
        }
        if (!absent) {
            ledger.found(pattern);
        }
    }

    private CaptureProgram slice(int clause, ArgumentTypes types) throws RecordingException {
        SliceKey key = new SliceKey(clause, types);
        CaptureProgram known = slices.get(key);
        if (known != null) {
            return known;
        }
        return switch (clauses.get(clause).captures().apply(types)) {
            case Result.Failed<CaptureProgram> failed -> throw RecordingException.wrongUsage(failed.text());
            case Result.Ok<CaptureProgram> ok -> {
                slices.put(key, ok.value());
                yield ok.value();
            }
        };
    }

    /** The sites of one process while they are collected. */
    private final class Binding {
        private final TargetProcess process;
        private final Map<Long, Place> places = new TreeMap<>();
        private final Set<Long> semaphores = new LinkedHashSet<>();
        private final List<BoundProbe> probes = new ArrayList<>();

        /** One address and what is to be recorded there. */
        private record Place(
                SitePlan.Jump plan, long loadBias, List<SiteProbe> probes, List<Integer> sources, List<String> names, List<Long> semaphores) {}

        private final ForeignCode foreignCode;

        Binding(TargetProcess process) {
            this.process = process;
            this.foreignCode = ForeignCode.of(process);
        }

        void add(int clause, Site site) throws RecordingException {
            SitePlan plan;
            try {
                plan = planners.plan(site);
            } catch (ElfException e) {
                refuse(site.probe(), e.getMessage() == null ? "its file can't be read" : e.getMessage());
                return;
            }
            switch (plan) {
                case SitePlan.Refused(String sentence) -> refuse(site.probe(), sentence);
                case SitePlan.Jump jump -> add(clause, site, jump);
            }
        }

        private void add(int clause, Site site, SitePlan.Jump plan) throws RecordingException {
            ArgumentTypes types = new ArgumentTypes.Function();
            List<ArgumentLocation> locations = List.of();
            long semaphore = 0;
            if (site.usdt() != null) {
                var arguments = site.usdt().arguments();
                String unsupported = UsdtLocations.unsupported(arguments);
                if (unsupported != null) {
                    refuse(site.probe(), unsupported);
                    return;
                }
                types = UsdtLocations.types(arguments);
                locations = UsdtLocations.locations(arguments, site.module().loadBias());
                semaphore = site.usdt().semaphoreAddress();
            }
            CaptureProgram program = slice(clause, types);
            int id = ids.of(clause, site.probe(), site.fileAddress(), types);
            if (id < 0) {
                throw RecordingException.failed("the clauses mean more than " + EventType.MAX_ID
                        + " places; a recording holds no more, so name fewer of them");
            }
            int trigger = clause < firstTrigger ? SiteProbe.NO_TRIGGER : clause - firstTrigger;
            SiteProbe probe = new SiteProbe(id, program.filter(), program.captures(), locations, trigger);
            check(clause, probe);
            long bias = site.module().loadBias();
            long address = plan.range().site() + bias;
            Place place = places.computeIfAbsent(
                    address, _ -> new Place(plan, bias, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
            place.probes.add(probe);
            place.sources.add(clause);
            place.names.add(site.probe());
            if (semaphore != 0) {
                place.semaphores.add(semaphore + site.module().loadBias());
            }
        }

        private void check(int clause, SiteProbe probe) throws RecordingException {
            if (TrampolineCompiler.isTooLarge(probe)) {
                throw RecordingException.wrongUsage("the captures of '"
                        + clauses.get(clause).text()
                        + "' would take more than 2 KiB of the target's stack; shorten its strings and buffers");
            }
            if (probe.readsPointers() && !systemCalls) {
                throw RecordingException.wrongUsage(
                        "'" + clauses.get(clause).text()
                                + "' reads memory behind pointers, which takes a system call; leave out --no-syscalls, or those captures");
            }
        }

        BoundTarget finish() {
            List<ArmedSite> sites = new ArrayList<>();
            int registersRead = 0;
            boolean flagsRead = false;
            for (Place place : places.values()) {
                for (SiteProbe probe : place.probes) {
                    registersRead |= probe.registersRead();
                    flagsRead |= probe.readsFlags();
                }
            }
            long freeFrom = 0;
            String neighbour = "";
            for (Map.Entry<Long, Place> entry : places.entrySet()) {
                long address = entry.getKey();
                Place place = entry.getValue();
                ArmedSite site = new ArmedSite(
                        address, place.loadBias, place.plan.keeping(registersRead, flagsRead), place.probes);
                String obstacle = site.start() < freeFrom
                        ? "the jump for " + neighbour + " takes its bytes; probe one of the two"
                        : foreignCode.obstacle(site.start(), place.plan.original());
                if (obstacle != null) {
                    place.names.forEach(name -> refuse(name, obstacle));
                    continue;
                }
                sites.add(site);
                freeFrom = site.end();
                neighbour = place.names.getFirst();
                semaphores.addAll(place.semaphores);
                for (int i = 0; i < place.probes.size(); i++) {
                    EventType event = EventTypes.of(place.probes.get(i), place.names.get(i), process.pid());
                    probes.add(new BoundProbe(event, place.sources.get(i), process.pid(), address));
                }
            }
            return new BoundTarget(process, sites, List.copyOf(semaphores), probes);
        }
    }
}
