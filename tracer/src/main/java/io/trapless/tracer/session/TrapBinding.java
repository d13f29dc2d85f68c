package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.FrameStart;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trap.TrapProbe;
import io.trapless.tracer.trap.TrapRefusal;
import io.trapless.tracer.trap.Traps;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The traps of one process, or of one file, while they are collected: each has an event id of its own. For one thread, once. */
final class TrapBinding {
    /** Behind a probe's name: one of its returns. No probe is called so. */
    private static final String RETURN = " (return)";

    private final int pid;
    private final String root;
    private final SiteBinder binder;
    private final List<BoundTrap> traps = new ArrayList<>();
    private final List<EventType> events = new ArrayList<>();

    /** What a probe finds where; {@code semaphore} is the address of an SDT semaphore as the file states it, 0 if there is none. */
    private record Arguments(ArgumentTypes types, List<ArgumentLocation> locations, long semaphore) {}

    /** As for {@link TargetBinding}. */
    TrapBinding(int pid, String root, SiteBinder binder) {
        this.pid = pid;
        this.root = root;
        this.binder = binder;
    }

    /**
     * Adds a trap where no jump is possible.
     *
     * @param more what is captured besides
     * @return why there can be none; null if it is added
     */
    @Nullable TrapRefusal addEntry(int clause, Site site, SitePlan.Refused refused, List<Capture> more)
            throws RecordingException, ElfException {
        TrapRefusal obstacle = TrapSites.refusal(site, refused, binder.planners());
        if (obstacle != null) {
            return obstacle;
        }
        long address = TrapSites.address(site, binder.planners());
        UsdtProbe usdt = site.usdt();
        if (usdt == null) {
            Arguments function = new Arguments(new ArgumentTypes.Function(), List.of(), 0);
            return add(
                    clause, site, site.probe(), site.fileAddress(), address, FrameStart.RETURN_ON_TOP, function, more);
        }
        String unsupported = UsdtLocations.unsupported(usdt.arguments());
        if (unsupported != null) {
            return new TrapRefusal(unsupported);
        }
        Arguments operands = new Arguments(
                UsdtLocations.types(usdt.arguments()),
                UsdtLocations.locations(usdt.arguments(), site.module().loadBias()),
                usdt.semaphoreAddress());
        return add(clause, site, site.probe(), site.fileAddress(), address, FrameStart.IN_FRAME, operands, more);
    }

    /** The same at an exit of the site's function. */
    @Nullable TrapRefusal addExit(int clause, Site site, FunctionExit exit, SitePlan.Refused refused, List<Capture> more)
            throws RecordingException, ElfException {
        TrapRefusal obstacle = TrapSites.refusal(site.module().file(), exit, refused, binder.planners());
        long address = exit.address();
        if (obstacle != null) {
            return obstacle;
        }
        Arguments function = new Arguments(new ArgumentTypes.Function(), List.of(), 0);
        return add(clause, site, site.probe() + RETURN, address, address, FrameStart.RETURNING, function, more);
    }

    private @Nullable TrapRefusal add(
            int clause,
            Site site,
            String place,
            long placeAddress,
            long address,
            FrameStart frame,
            Arguments arguments,
            List<Capture> more)
            throws RecordingException, ElfException {
        ModuleImage module = site.module();
        OptionalLong offset = module.file().elf().fileOffset(address);
        if (offset.isEmpty()) {
            return new TrapRefusal("its file does not hold it");
        }
        OptionalLong counter = arguments.semaphore == 0
                ? OptionalLong.of(0)
                : module.file().elf().fileOffset(arguments.semaphore);
        if (counter.isEmpty()) {
            return new TrapRefusal("its file does not hold its semaphore");
        }
        ArgumentTypes types = arguments.types;
        TrapRefusal obstacle =
                Traps.refusal(SymbolValues.bind(binder.slice(clause, types), module), arguments.locations);
        if (obstacle != null) {
            return obstacle;
        }
        SiteProbe probe = binder.probe(clause, place, module, placeAddress, types, arguments.locations, frame)
                .with(more);
        CaptureProgram program = new CaptureProgram(List.of(), probe.filter(), probe.captures(), false);
        TrapProbe trap = new TrapProbe(
                probe.eventId(),
                root + module.path(),
                offset.getAsLong(),
                counter.getAsLong(),
                program,
                arguments.locations,
                probe.trigger());
        traps.add(new BoundTrap(trap, site.probe(), address + module.loadBias()));
        events.add(binder.eventType(probe, site.probe(), pid));
        return null;
    }

    /** The traps that no jump's bytes take the place of; their probes are added to {@code probes}. */
    List<BoundTrap> arm(List<ArmedSite> sites, List<BoundProbe> probes) {
        List<BoundTrap> armed = new ArrayList<>();
        for (int i = 0; i < traps.size(); i++) {
            BoundTrap trap = traps.get(i);
            if (sites.stream().anyMatch(site -> site.overwrites(trap.address()))) {
                binder.refuse(trap.name(), "the jump of another probe takes its bytes; probe one of the two");
                continue;
            }
            armed.add(trap);
            int clause = binder.clauseOf(trap.probe().eventId());
            probes.add(new BoundProbe(events.get(i), clause, pid, trap.address(), BoundProbe.TRAP));
        }
        return armed;
    }
}
