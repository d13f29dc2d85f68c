package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.ExitDoubt;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Capture;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.plan.PlannedExit;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.FrameStart;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trap.TrapRefusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sites of one process, or of one file, while they are collected. One event id stands for one clause at one site; all returns of a function are one site, and so are its tail jumps. For one thread, once. */
final class TargetBinding {
    /** Behind a probe's name: its tail jumps. No probe is called so. */
    private static final String TAIL = " (tail)";

    private static final String NO_TRAP = "; no trap: ";

    private final int pid;
    private final SiteBinder binder;
    private final CodeObstacles obstacles;
    private final VforkGuard vforkGuard;
    private final Map<ModuleKey, ModulePatches> modules = new LinkedHashMap<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private final TrapBinding traps;

    private record ModuleKey(String path, long loadBias) {
        static ModuleKey of(ModuleImage module) {
            return new ModuleKey(module.path(), module.loadBias());
        }
    }

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
     * @param vforkGuard whose calls are armed with what may run in their children
     */
    TargetBinding(int pid, String root, CodeObstacles obstacles, VforkGuard vforkGuard, SiteBinder binder) {
        this.pid = pid;
        this.binder = binder;
        this.obstacles = obstacles;
        this.vforkGuard = vforkGuard;
        this.traps = new TrapBinding(pid, root, binder);
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
                case SitePlan.Jump jump -> addSite(clause, site, jump.range().site(), jump.jumps());
                case SitePlan.Ways ways -> addSite(clause, site, site.fileAddress(), ways.jumps());
            }
        } catch (ElfException e) {
            binder.refuse(site.probe(), e.getMessage() == null ? "its file can't be read" : e.getMessage());
        }
    }

    /** Where no jump is possible: a trap, if the user wants that and one is; else it is refused. */
    private void addRefused(int clause, Site site, SitePlan.Refused refused) throws RecordingException, ElfException {
        if (!binder.traps()) {
            binder.refuse(site.probe(), refused.sentence());
            return;
        }
        TrapRefusal obstacle = traps.addEntry(clause, site, refused, pairing(isEntry(site)));
        if (obstacle != null) {
            binder.refuse(site.probe(), refused.sentence() + NO_TRAP + obstacle.sentence());
        }
    }

    private static boolean isEntry(Site site) {
        return site.kind() == SiteKind.ENTRY
                && site.function() != null
                && !site.function().isPart();
    }

    /** What entries and exits capture so that they can be paired, if that is wanted. */
    private List<Capture> pairing(boolean ofFunction) {
        return binder.durations() && ofFunction ? List.of(ExitCaptures.STACK_POINTER) : List.of();
    }

    /** {@code fileAddress}: where the code of the probe runs, or would. */
    private void addSite(int clause, Site site, long fileAddress, List<SitePlan.Jump> jumps)
            throws RecordingException, ElfException {
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
                FrameStarts.at(site, fileAddress, binder.slice(clause, types)));
        probe = probe.with(pairing(isEntry(site)));
        long address = fileAddress + site.module().loadBias();
        Recorded event = record(clause, probe, site.probe(), address, false);
        ModulePatches module = module(site.module());
        for (SitePlan.Jump jump : jumps) {
            module.add(jump, event);
            if (semaphore != 0) {
                module.addSemaphore(jump, semaphore + site.module().loadBias());
            }
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
        if (!anyToArm(clause, site, planned)) {
            return;
        }
        Recorded returns = null;
        if (hasPatched(planned, FunctionExit.Kind.RETURN)) {
            SiteProbe probe = exitProbe(clause, site, site.probe()).with(pairing(true));
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

    /** Says which exits can't be armed; whether there are some that get jumps. */
    private boolean anyToArm(int clause, Site site, FunctionExits planned) throws RecordingException, ElfException {
        List<PlannedExit> exits = planned.exits();
        String doubts =
                planned.doubts().stream().map(ExitDoubt::sentence).sorted().collect(Collectors.joining("; "));
        if (exits.isEmpty()) {
            binder.refuse(site.probe(), doubts.isEmpty() ? "it never returns" : "no exit of it is known: " + doubts);
            return false;
        }
        boolean jumps = false;
        List<String> uncovered = new ArrayList<>();
        for (PlannedExit exit : exits) {
            jumps |= exit.refusal() == null;
            if (exit.refusal() != null) {
                String why = trapExit(clause, site, exit, exit.refusal());
                if (why != null) {
                    uncovered.add(why);
                }
            }
        }
        if (!uncovered.isEmpty()) {
            boolean all = uncovered.size() == exits.size();
            binder.refuse(
                    site.probe(),
                    (all ? "none" : Integer.toString(uncovered.size())) + " of its " + exits.size() + " exits "
                            + (all ? "can be patched" : "not covered") + ": " + uncovered.getFirst());
        }
        if (!doubts.isEmpty()) {
            binder.refuse(site.probe(), "it may have exits that are not known: " + doubts);
        }
        return jumps;
    }

    /** A trap for an exit that no jump is possible at; why it is not seen, or null if it is. */
    private @Nullable String trapExit(int clause, Site site, PlannedExit exit, SitePlan.Refused refused)
            throws RecordingException, ElfException {
        if (!binder.traps()) {
            return refused.sentence();
        }
        TrapRefusal obstacle = traps.addExit(clause, site, exit.exit(), refused, pairing(true));
        return obstacle == null ? null : refused.sentence() + NO_TRAP + obstacle.sentence();
    }

    private ModulePatches module(ModuleImage module) throws ElfException {
        ModuleKey key = ModuleKey.of(module);
        ModulePatches known = modules.get(key);
        if (known == null) {
            known = new ModulePatches(module.file(), module.loadBias(), vforkGuard.add(module));
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
        vforkGuard.calls().forEach((module, calls) -> {
            ModulePatches known = modules.get(ModuleKey.of(module));
            if (known != null) {
                known.addVforkCalls(calls);
            } else {
                calls.forEach(call -> sites.add(ArmedSite.withoutProbes(module.loadBias(), Patch.of(call))));
            }
        });
        for (ModulePatches module : modules.values()) {
            module.arm(registersRead, flagsRead, obstacles, binder, sites, semaphores);
        }
        sites.sort(Comparator.comparingLong(ArmedSite::start));
        List<BoundProbe> probes = new ArrayList<>();
        for (Recorded event : recorded) {
            if (event.armed) {
                probes.add(new BoundProbe(
                        binder.eventType(event.probe, event.name, pid),
                        binder.clauseOf(event.probe.eventId()),
                        pid,
                        event.address));
            }
        }
        List<BoundTrap> armedTraps = traps.arm(sites, probes);
        return new BoundModule(sites, List.copyOf(semaphores), probes, armedTraps);
    }
}
