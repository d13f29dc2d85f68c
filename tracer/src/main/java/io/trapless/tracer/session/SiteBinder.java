package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Slice;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds, for each process, the places that the clauses mean, plans them, and gives each clause at each place an event id. What can't be armed is collected as refusals. For one thread.
 */
final class SiteBinder {
    private final List<Clause> clauses;
    private final ImageFiles files;
    private final SitePlanners planners = new SitePlanners();
    private final boolean systemCalls;
    private final Set<RefusedProbe> refused = new LinkedHashSet<>();
    private final Map<SliceKey, CaptureProgram> slices = new HashMap<>();
    private int nextId;

    private record SliceKey(int clause, ArgumentTypes types) {}

    SiteBinder(List<Clause> clauses, ImageFiles files, boolean systemCalls) {
        this.clauses = List.copyOf(clauses);
        this.files = files;
        this.systemCalls = systemCalls;
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
        ForeignCode foreignCode = ForeignCode.of(process);
        Binding binding = new Binding(process.pid(), foreignCode::obstacle);
        resolve(Resolver.forProcess(process, files), binding::add);
        BoundModule bound = binding.finish();
        return new BoundTarget(process, bound.sites(), bound.semaphores(), bound.probes());
    }

    /**
     * Binds files of this system as if each were loaded with the same bias. The same clauses give the same sites with the same event ids for every bias.
     *
     * @return by the path of the file; those without a site are not among them
     */
    Map<ModuleImage, BoundModule> bindSystem(long loadBias) throws RecordingException {
        nextId = 0;
        Map<String, Binding> bindings = new LinkedHashMap<>();
        Map<String, ModuleImage> modules = new LinkedHashMap<>();
        resolve(Resolver.forSystem(files, loadBias), (clause, site) -> {
            modules.put(site.module().path(), site.module());
            bindings.computeIfAbsent(site.module().path(), _ -> new Binding(EventType.NO_PID, (_, _) -> null))
                    .add(clause, site);
        });
        Map<ModuleImage, BoundModule> bound = new LinkedHashMap<>();
        bindings.forEach((path, binding) -> {
            BoundModule module = binding.finish();
            if (!module.sites().isEmpty()) {
                bound.put(modules.get(path), module);
            }
        });
        return bound;
    }

    /** Takes each place that a clause means. */
    private interface SiteTaker {
        void take(int clause, Site site) throws RecordingException;
    }

    /** Tells why a place can't be patched, or null. */
    private interface Obstacles {
        @Nullable String at(long address, byte[] original);
    }

    private void resolve(Resolver resolver, SiteTaker taker) throws RecordingException {
        for (int c = 0; c < clauses.size(); c++) {
            for (ProbePattern pattern : clauses.get(c).probes()) {
                Resolution resolution = resolver.resolve(pattern);
                for (Refusal refusal : resolution.refusals()) {
                    refuse(refusal.probe(), refusal.sentence());
                }
                for (Site site : resolution.sites()) {
                    taker.take(c, site);
                }
            }
        }
    }

    private CaptureProgram slice(int clause, ArgumentTypes types) throws RecordingException {
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

    /** The sites of one process, or of one file, while they are collected. */
    private final class Binding {
        private final int pid;
        private final Obstacles obstacles;
        private final Map<Long, Place> places = new TreeMap<>();
        private final Set<Long> semaphores = new LinkedHashSet<>();
        private final List<BoundProbe> probes = new ArrayList<>();

        /** One address and what is to be recorded there. */
        private record Place(
                SitePlan.Jump plan, long loadBias, List<SiteProbe> probes, List<String> names, List<Long> semaphores) {}

        Binding(int pid, Obstacles obstacles) {
            this.pid = pid;
            this.obstacles = obstacles;
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
            if (nextId > EventType.MAX_ID) {
                throw RecordingException.failed("the clauses mean more than " + EventType.MAX_ID
                        + " places; a recording holds no more, so name fewer of them");
            }
            SiteProbe probe = new SiteProbe(nextId, program.filter(), program.captures(), locations);
            check(clause, probe);
            long bias = site.module().loadBias();
            long address = plan.range().site() + bias;
            Place place = places.computeIfAbsent(
                    address, _ -> new Place(plan, bias, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
            nextId++;
            place.probes.add(probe);
            place.names.add(site.probe());
            if (semaphore != 0) {
                place.semaphores.add(semaphore + site.module().loadBias());
            }
        }

        private void check(int clause, SiteProbe probe) throws RecordingException {
            if (TrampolineCompiler.isTooLarge(probe)) {
                throw RecordingException.wrongUsage("the captures of '"
                        + clauses.get(clause).source().text().strip()
                        + "' would take more than 2 KiB of the target's stack; shorten its strings and buffers");
            }
            if (probe.readsPointers() && !systemCalls) {
                throw RecordingException.wrongUsage(
                        "'" + clauses.get(clause).source().text().strip()
                                + "' reads memory behind pointers, which takes a system call; leave out --no-syscalls, or those captures");
            }
        }

        BoundModule finish() {
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
                        : obstacles.at(site.start(), place.plan.original());
                if (obstacle != null) {
                    place.names.forEach(name -> refuse(name, obstacle));
                    continue;
                }
                sites.add(site);
                freeFrom = site.end();
                neighbour = place.names.getFirst();
                semaphores.addAll(place.semaphores);
                for (int i = 0; i < place.probes.size(); i++) {
                    EventType event = EventTypes.of(place.probes.get(i), place.names.get(i), pid);
                    probes.add(new BoundProbe(event, pid, address));
                }
            }
            return new BoundModule(sites, List.copyOf(semaphores), probes);
        }
    }
}
