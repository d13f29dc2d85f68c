package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.ExitDoubt;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.PlannedExit;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.FrameStart;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trap.TrapProbe;
import io.trapless.tracer.trap.TrapRefusal;
import io.trapless.tracer.trap.Traps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The sites of one process, or of one file, while they are collected. One event id stands for one clause at one site; all returns of a function are one site, and so are its tail jumps. For one thread, once. */
final class TargetBinding {
    /** Behind a probe's name: its tail jumps. No probe is called so. */
    private static final String TAIL = " (tail)";

    private final int pid;
    private final String root;
    private final SiteBinder binder;
    private final CodeObstacles obstacles;
    private final Map<ModuleKey, ModulePatches> modules = new LinkedHashMap<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private final List<BoundTrap> traps = new ArrayList<>();
    private final List<EventType> trapEvents = new ArrayList<>();

    private record ModuleKey(String path, long loadBias) {}

    /** One event id and whether any of its places is armed. */
    static final class Recorded {
        private final SiteProbe probe;
        private final String name;
        private final long address;
        private final boolean atReturn;
        private boolean armed;

        private Recorded(SiteProbe probe, String name, long address, boolean atReturn) {
            this.probe = probe;
            this.name = name;
            this.address = address;
            this.atReturn = atReturn;
        }

        SiteProbe probe() {
            return probe;
        }

        String name() {
            return name;
        }

        void arm() {
            armed = true;
        }
    }

    /**
     * @param pid of the process; {@code EventType.NO_PID} for a file
     * @param root where its files are to be found from here: a prefix of their paths
     * @param obstacles what stands in the way in the process
     */
    TargetBinding(int pid, String root, CodeObstacles obstacles, SiteBinder binder) {
        this.pid = pid;
        this.root = root;
        this.binder = binder;
        this.obstacles = obstacles;
    }

    /** Adds a clause at a site; refuses it if it can't be patched. */
    void add(int clause, Site site) throws RecordingException {
        try {
            if (site.kind() == SiteKind.EXITS) {
                addExits(clause, site, binder.planners().planExits(site));
                return;
            }
            switch (binder.planners().plan(site)) {
                case SitePlan.Refused refused -> addRefused(clause, site, refused);
                case SitePlan.Jump jump -> addSite(clause, site, jump);
            }
        } catch (ElfException e) {
            binder.refuse(site.probe(), e.getMessage() == null ? "its file can't be read" : e.getMessage());
        }
    }

    /** Where no jump is possible: a trap, if the user wants that and one is; else it is refused. */
    private void addRefused(int clause, Site site, SitePlan.Refused refused) throws RecordingException, ElfException {
        TrapRefusal obstacle = binder.traps() ? TrapSites.refusal(site, refused, binder.planners()) : null;
        if (!binder.traps() || obstacle != null) {
            binder.refuse(
                    site.probe(), refused.sentence() + (obstacle == null ? "" : "; no trap: " + obstacle.sentence()));
            return;
        }
        ArgumentTypes types = new ArgumentTypes.Function();
        CaptureProgram program = SymbolValues.bind(binder.slice(clause, types), site.module());
        long fileAddress = TrapSites.address(site, binder.planners());
        OptionalLong offset = site.module().file().elf().fileOffset(fileAddress);
        obstacle = Traps.refusal(program);
        if (obstacle != null || offset.isEmpty()) {
            String why = obstacle == null ? "its file does not hold it" : obstacle.sentence();
            binder.refuse(site.probe(), refused.sentence() + "; no trap: " + why);
            return;
        }
        SiteProbe probe = binder.probe(
                clause, site.probe(), site.module(), site.fileAddress(), types, List.of(), FrameStart.RETURN_ON_TOP);
        TrapProbe trap = new TrapProbe(probe.eventId(), root + site.module().path(), offset.getAsLong(), program);
        traps.add(new BoundTrap(trap, site.probe(), fileAddress + site.module().loadBias()));
        trapEvents.add(EventTypes.of(probe, site.probe(), pid));
    }

    private void addSite(int clause, Site site, SitePlan.Jump plan) throws RecordingException, ElfException {
        ArgumentTypes types = new ArgumentTypes.Function();
        List<ArgumentLocation> locations = List.of();
        long semaphore = 0;
        if (site.usdt() != null) {
            var arguments = site.usdt().arguments();
            String unsupported = UsdtLocations.unsupported(arguments);
            if (unsupported != null) {
                binder.refuse(site.probe(), unsupported);
                return;
            }
            types = UsdtLocations.types(arguments);
            locations = UsdtLocations.locations(arguments, site.module().loadBias());
            semaphore = site.usdt().semaphoreAddress();
        }
        if (site.inlined() != null) {
            String unsupported = InlinedArguments.unsupported(site.inlined());
            if (unsupported != null) {
                binder.refuse(site.probe(), unsupported);
                return;
            }
            types = InlinedArguments.types(site.inlined());
            locations = InlinedArguments.locations(site.inlined());
        }
        SiteProbe probe = binder.probe(
                clause,
                site.probe(),
                site.module(),
                site.fileAddress(),
                types,
                locations,
                FrameStarts.at(site, plan.range().site(), binder.slice(clause, types)));
        boolean function = site.function() != null && !site.function().isPart();
        if (binder.durations() && site.kind() == SiteKind.ENTRY && function) {
            probe = probe.with(List.of(ExitCaptures.STACK_POINTER));
        }
        long address = plan.range().site() + site.module().loadBias();
        Recorded event = record(clause, probe, site.probe(), address, false);
        ModulePatches module = module(site.module());
        module.add(plan, event);
        if (semaphore != 0) {
            module.addSemaphore(plan, semaphore + site.module().loadBias());
        }
    }

    private Recorded record(int clause, SiteProbe probe, String name, long address, boolean atReturn)
            throws RecordingException {
        binder.check(clause, probe);
        Recorded event = new Recorded(probe, name, address, atReturn);
        recorded.add(event);
        return event;
    }

    private void addExits(int clause, Site site, FunctionExits planned) throws RecordingException, ElfException {
        if (!anyToArm(site, planned)) {
            return;
        }
        Recorded returns = null;
        if (hasPatched(planned, FunctionExit.Kind.RETURN)) {
            SiteProbe probe = exitProbe(clause, site, site.probe());
            probe = binder.durations() ? probe.with(List.of(ExitCaptures.STACK_POINTER)) : probe;
            returns = record(clause, probe, site.probe(), site.address(), true);
        }
        Recorded tails = null;
        if (hasPatched(planned, FunctionExit.Kind.TAIL)) {
            SiteProbe probe = exitProbe(clause, site, site.probe() + TAIL).withoutReturnValue();
            if (probe == null) {
                binder.refuse(
                        site.probe(), "where it ends in a jump to another function it has no retval for the filter");
            } else {
                probe = probe.with(
                        binder.durations()
                                ? List.of(ExitCaptures.STACK_POINTER, ExitCaptures.TAIL)
                                : List.of(ExitCaptures.TAIL));
                tails = record(clause, probe, site.probe(), site.address(), false);
            }
        }
        ModulePatches module = module(site.module());
        for (PlannedExit exit : planned.exits()) {
            Recorded event = exit.exit().kind() == FunctionExit.Kind.RETURN ? returns : tails;
            for (SitePlan.Jump jump : exit.jumps()) {
                if (event != null) {
                    module.add(jump, event);
                }
            }
        }
    }

    private SiteProbe exitProbe(int clause, Site site, String place) throws RecordingException, ElfException {
        // An exit's stack holds no more than the return address.
        return binder.probe(
                clause,
                place,
                site.module(),
                site.fileAddress(),
                new ArgumentTypes.Function(),
                List.of(),
                FrameStart.RETURNING);
    }

    private static boolean hasPatched(FunctionExits planned, FunctionExit.Kind kind) {
        return planned.exits().stream().anyMatch(exit -> exit.exit().kind() == kind && exit.refusal() == null);
    }

    /** Says which exits can't be armed; whether there are others. */
    private boolean anyToArm(Site site, FunctionExits planned) {
        List<PlannedExit> exits = planned.exits();
        List<PlannedExit> unpatched =
                exits.stream().filter(exit -> exit.refusal() != null).toList();
        String doubts =
                planned.doubts().stream().map(ExitDoubt::sentence).sorted().collect(Collectors.joining("; "));
        if (exits.isEmpty()) {
            binder.refuse(site.probe(), doubts.isEmpty() ? "it never returns" : "no exit of it is known: " + doubts);
            return false;
        }
        if (!unpatched.isEmpty()) {
            String why = ": "
                    + Objects.requireNonNull(unpatched.getFirst().refusal()).sentence();
            binder.refuse(
                    site.probe(),
                    (unpatched.size() == exits.size() ? "none" : Integer.toString(unpatched.size())) + " of its "
                            + exits.size() + " exits "
                            + (unpatched.size() == exits.size() ? "can be patched" : "not covered") + why);
        }
        if (!doubts.isEmpty()) {
            binder.refuse(site.probe(), "it may have exits that are not known: " + doubts);
        }
        return unpatched.size() < exits.size();
    }

    private ModulePatches module(ModuleImage module) throws ElfException {
        ModuleKey key = new ModuleKey(module.path(), module.loadBias());
        ModulePatches known = modules.get(key);
        if (known == null) {
            known = new ModulePatches(binder.planners().planner(module.file()), module.loadBias());
            modules.put(key, known);
        }
        return known;
    }

    /** Puts together what can be armed. */
    BoundModule finish() {
        int registersRead = 0;
        boolean flagsRead = false;
        for (Recorded event : recorded) {
            // At a return every register is as good as read: what is dead before it is overwritten before it.
            registersRead |= event.atReturn ? 0 : event.probe.registersRead();
            flagsRead |= !event.atReturn && event.probe.readsFlags();
        }
        List<ArmedSite> sites = new ArrayList<>();
        Set<Long> semaphores = new LinkedHashSet<>();
        for (ModulePatches module : modules.values()) {
            module.arm(registersRead, flagsRead, obstacles, binder, sites, semaphores);
        }
        sites.sort(Comparator.comparingLong(ArmedSite::start));
        List<BoundProbe> probes = new ArrayList<>();
        for (Recorded event : recorded) {
            if (event.armed) {
                probes.add(new BoundProbe(
                        EventTypes.of(event.probe, event.name, pid),
                        binder.clauseOf(event.probe.eventId()),
                        pid,
                        event.address));
            }
        }
        List<BoundTrap> armedTraps = armTraps(sites, probes);
        return new BoundModule(sites, List.copyOf(semaphores), probes, armedTraps);
    }

    /** The traps that no jump's bytes take the place of; their probes are added. */
    private List<BoundTrap> armTraps(List<ArmedSite> sites, List<BoundProbe> probes) {
        List<BoundTrap> armed = new ArrayList<>();
        for (int i = 0; i < traps.size(); i++) {
            BoundTrap trap = traps.get(i);
            if (sites.stream().anyMatch(site -> trap.address() >= site.start() && trap.address() < site.end())) {
                binder.refuse(trap.name(), "the jump of another probe takes its bytes; probe one of the two");
                continue;
            }
            armed.add(trap);
            probes.add(new BoundProbe(
                    trapEvents.get(i), binder.clauseOf(trap.probe().eventId()), pid, trap.address(), BoundProbe.TRAP));
        }
        return armed;
    }
}
