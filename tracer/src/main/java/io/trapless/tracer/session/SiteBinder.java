package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Glob;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.Aggregation;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Value;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.LibrarySearch;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.RefusalReason;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.table.TableLayout;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.FrameStart;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.TableUpdate;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Finds, for each process, the places that the clauses mean, plans them, and gives each clause at each place an event id. What can't be armed is collected as refusals. For one thread.
 */
final class SiteBinder {
    /** The modules that a pattern means have nothing that it means; another module may. */
    private static final Set<RefusalReason> NOT_IN_MODULE =
            EnumSet.of(RefusalReason.NO_SUCH_FUNCTION, RefusalReason.NO_SYMBOLS, RefusalReason.NO_SUCH_USDT_PROBE);

    private final List<CaptureSource> clauses;
    private final int firstTrigger;
    private final Map<Integer, EventType> eventTypes = new HashMap<>();
    private boolean traps;
    private boolean stacks;
    private final ImageFiles files;
    private final SitePlanners planners = new SitePlanners();
    private final boolean systemCalls;
    private final Set<RefusedProbe> refused = new LinkedHashSet<>();
    private final Set<String> remarks = new LinkedHashSet<>();
    private final Map<SliceKey, CaptureProgram> slices = new HashMap<>();
    private final EventIds ids = new EventIds();
    private final PatternLedger ledger = new PatternLedger();
    private final LaterModules later;
    private final boolean durations;
    private final TableLayout tables;
    private final Map<String, Boolean> loadable = new HashMap<>();

    private record SliceKey(int clause, ArgumentTypes types) {}

    /**
     * @param triggers how many of the clauses, at the end, are triggers: the first has slot 0
     * @param later which modules may come that are not there yet
     * @param durations whether records of entries and exits carry what pairs them
     * @param tables where aggregations go that clauses have instead of records
     */
    SiteBinder(
            List<CaptureSource> clauses,
            int triggers,
            ImageFiles files,
            boolean systemCalls,
            LaterModules later,
            boolean durations,
            TableLayout tables) {
        this.clauses = List.copyOf(clauses);
        this.firstTrigger = clauses.size() - triggers;
        this.files = files;
        this.systemCalls = systemCalls;
        this.later = later;
        this.durations = durations;
        this.tables = tables;
    }

    /** Whether anything captures a user stack: what processes load is then of interest, for the names of its frames. */
    boolean hasStacks() {
        return stacks;
    }

    /** Whether a clause means modules by a pattern, which those that come later may fit too. */
    boolean hasPatterns() {
        return clauses.stream()
                .flatMap(clause -> clause.probes().stream())
                .anyMatch(pattern -> Glob.isWild(pattern.module()));
    }

    /** What has been found, and what is waited for. */
    PatternLedger ledger() {
        return ledger;
    }

    /** What could not be armed so far. */
    List<RefusedProbe> refused() {
        List<RefusedProbe> all = new ArrayList<>(refused);
        all.addAll(ledger.missed());
        return List.copyOf(all);
    }

    /** What is worth knowing of what was armed: sentences. */
    List<String> remarks() {
        synchronized (remarks) {
            return List.copyOf(remarks);
        }
    }

    private void remark(Resolution resolution) {
        String inlined = InlinedArguments.remark(resolution.sites());
        if (inlined != null) {
            synchronized (remarks) {
                remarks.add(inlined);
            }
        }
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
        CodeObstacles obstacles = ForeignCode.of(process);
        VforkGuard guard = VforkGuard.of(resolver, obstacles, planners);
        TargetBinding binding = new TargetBinding(process.pid(), process.root(), obstacles, guard, this);
        boolean[] awaitsLoads = {false};
        resolve(
                resolver,
                (pattern, resolution) -> awaitsLoads[0] |= note(process, pattern, resolution),
                (clause, site) -> {
                    if (modules.test(site.module())) {
                        binding.add(clause, site);
                    }
                });
        BoundModule bound = binding.finish();
        return new BoundTarget(
                process, bound.sites(), bound.semaphores(), bound.probes(), bound.traps(), awaitsLoads[0] || stacks);
    }

    /**
     * Binds files of this system as if each were loaded with the same bias. The same sites have the same event ids for every bias.
     *
     * @return by the file; those without a site are not among them
     */
    Map<ModuleImage, BoundModule> bindSystem(long loadBias) throws RecordingException {
        Map<String, TargetBinding> bindings = new LinkedHashMap<>();
        Map<String, ModuleImage> modules = new LinkedHashMap<>();
        resolve(
                Resolver.forSystem(files, loadBias),
                (_, resolution) ->
                        resolution.refusals().forEach(refusal -> refuse(refusal.probe(), refusal.sentence())),
                (clause, site) -> {
                    modules.put(site.module().path(), site.module());
                    bindings.computeIfAbsent(
                                    site.module().path(),
                                    _ -> new TargetBinding(
                                            EventType.NO_PID,
                                            "",
                                            CodeObstacles.NONE,
                                            VforkGuard.ofFiles(planners),
                                            this))
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

    private void resolve(Resolver resolver, BiConsumer<ProbePattern, Resolution> resolved, SiteTaker taker)
            throws RecordingException {
        List<List<Site>> sites = new ArrayList<>();
        for (CaptureSource clause : clauses) {
            List<Site> meant = new ArrayList<>();
            for (ProbePattern pattern : clause.probes()) {
                Resolution resolution = resolver.resolve(pattern);
                resolved.accept(pattern, resolution);
                remark(resolution);
                meant.addAll(resolution.sites());
            }
            planners.expect(meant);
            sites.add(meant);
        }
        for (int c = 0; c < sites.size(); c++) {
            for (Site site : sites.get(c)) {
                taker.take(c, site);
            }
        }
    }

    /** Whether the process may load more that the pattern means. */
    private boolean note(TargetProcess process, ProbePattern pattern, Resolution resolution) {
        boolean wild = Glob.isWild(pattern.module());
        boolean absent = false;
        for (Refusal refusal : resolution.refusals()) {
            boolean noModule = refusal.reason() == RefusalReason.NO_SUCH_MODULE;
            boolean nothingInAny = wild && resolution.sites().isEmpty() && NOT_IN_MODULE.contains(refusal.reason());
            absent |= noModule || nothingInAny;
            if ((noModule || nothingInAny) && later.mayCome(process, pattern, noModule)) {
                ledger.await(pattern);
            } else if (nothingInAny) {
                ledger.miss(pattern, refusal.sentence());
            } else {
                refuse(refusal.probe(), refusal.sentence());
            }
        }
        if (!absent) {
            ledger.found(pattern);
        }
        return wild || (absent && loadable.computeIfAbsent(pattern.module(), LibrarySearch::mayBeLibrary));
    }

    /** What a clause captures at sites with such arguments, wherever they are: addresses of symbols are left open. */
    CaptureProgram slice(int clause, ArgumentTypes types) throws RecordingException {
        SliceKey key = new SliceKey(clause, types);
        CaptureProgram known = slices.get(key);
        if (known != null) {
            return known;
        }
        return switch (clauses.get(clause).captures().apply(types)) {
            case Result.Failed<CaptureProgram> failed -> throw RecordingException.wrongUsage(failed.text());
            case Result.Ok<CaptureProgram> ok -> {
                slices.put(key, ok.value());
                stacks |= ok.value().captures().stream()
                        .anyMatch(c -> c.value() instanceof Value.UserStack || c.value() instanceof Value.StackImage);
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
     * @param module that it stands in, whose symbols are meant
     * @param frame where a user stack begins there
     * @throws RecordingException the clause is wrong there, or there are no more event ids
     */
    SiteProbe probe(
            int clause,
            String place,
            ModuleImage module,
            long fileAddress,
            ArgumentTypes types,
            List<ArgumentLocation> locations,
            FrameStart frame)
            throws RecordingException, ElfException {
        CaptureProgram program = SymbolValues.bind(slice(clause, types), module);
        int id = ids.of(clause, place, fileAddress, types);
        if (id < 0) {
            throw RecordingException.failed("the clauses mean more than " + EventType.MAX_ID
                    + " places; a recording holds no more, so name fewer of them");
        }
        int trigger = clause < firstTrigger ? SiteProbe.NO_TRIGGER : clause - firstTrigger;
        Aggregation pushed = program.aggregation();
        TableUpdate update = pushed == null
                ? null
                : new TableUpdate(tables.places().get(pushed.table()), pushed.keys(), pushed.value());
        return new SiteProbe(
                id, program.filter(), program.captures(), locations, frame, trigger, update, program.stores());
    }

    /** What the trace says of a probe: the same for all processes that have it, the first one's. */
    EventType eventType(SiteProbe probe, String name, int pid) {
        return eventTypes.computeIfAbsent(probe.eventId(), _ -> EventTypes.of(probe, name, pid));
    }

    /** Which clause an event is of. */
    int clauseOf(int eventId) {
        return ids.clauseOf(eventId);
    }

    /** Whether a probe may be armed as the user wants it. */
    void check(int clause, SiteProbe probe) throws RecordingException {
        String text = clauses.get(clause).text();
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
