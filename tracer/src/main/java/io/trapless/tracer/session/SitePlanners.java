package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfEntries;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.flow.VforkCall;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.GoFunctions;
import io.trapless.tracer.plan.EntryPlanner;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.PatchRoom;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The planners of images. One for all sites of an image takes an analysis of it, which is made when the first such site is asked for; where no more is meant of an image than the entries of a few functions, they are tried without. For one thread.
 */
final class SitePlanners {
    /** Each takes some milliseconds; a few together less than the analysis of a small library. */
    private static final int FEW_ENTRIES = 4;

    private final Map<ImageFile, SitePlanner> planners = new HashMap<>();
    private final Map<ImageFile, @Nullable EntryPlanner> entryPlanners = new HashMap<>();

    private final Map<ImageFile, Meant> meant = new HashMap<>();

    private final Map<ImageFile, VforkRisk> vforkRisks = new HashMap<>();
    private final Map<ImageFile, List<VforkCall>> vforkCalls = new HashMap<>();

    /** Takes note of sites that will be planned. */
    void expect(List<Site> sites) {
        for (Site site : sites) {
            meant.computeIfAbsent(site.module().file(), _ -> new Meant()).add(site);
        }
    }

    /** What is meant of an image, in whichever process, as far as is known. */
    private static final class Meant {
        private final Set<Long> entries = new HashSet<>();
        private boolean more;

        void add(Site site) {
            if (site.kind() == SiteKind.ENTRY && site.function() != null) {
                entries.add(site.fileAddress());
            }
            more |= site.kind() != SiteKind.ENTRY || entries.size() > FEW_ENTRIES;
        }
    }

    SitePlan plan(Site site) throws ElfException {
        SitePlan alone = planAlone(site);
        return alone == null ? planAmongAll(site) : alone;
    }

    /** Null if that takes the analysis of the image, or there is one already. */
    private @Nullable SitePlan planAlone(Site site) throws ElfException {
        ImageFile file = site.module().file();
        Meant ofFile = meant.get(file);
        Function function = site.function();
        if (ofFile == null || ofFile.more || function == null || planners.containsKey(file)) {
            return null;
        }
        EntryPlanner planner = entryPlanner(file);
        return planner == null ? null : planner.plan(new CodeRange(function.address(), function.endAddress()));
    }

    private @Nullable EntryPlanner entryPlanner(ImageFile file) throws ElfException {
        if (entryPlanners.containsKey(file)) {
            return entryPlanners.get(file);
        }
        // Of Go's code it matters how much stack is left, which the whole of it tells.
        ElfEntries entries = GoFunctions.areIn(file.elf())
                ? null
                : ElfEntries.of(file.elf(), file.code(), file.symbols().codeRanges());
        EntryPlanner planner =
                entries == null ? null : new EntryPlanner(entries, UsdtLocations.registers(file.usdtProbes()));
        entryPlanners.put(file, planner);
        return planner;
    }

    private SitePlan planAmongAll(Site site) throws ElfException {
        SitePlanner planner = planner(site.module().file());
        long address = site.fileAddress();
        return switch (site.kind()) {
            case ENTRY -> planner.plan(planner.entrySite(address));
            case USDT -> planner.planNote(address);
            case EXITS -> throw new IllegalArgumentException("exits are planned together");
            case OFFSET, ADDRESS, INLINED -> inside(planner, site);
        };
    }

    /** All ways out of the function that a site of kind {@code EXITS} means. */
    FunctionExits planExits(Site site) throws ElfException {
        Function function = Objects.requireNonNull(site.function());
        return planner(site.module().file()).planExits(new CodeRange(function.address(), function.endAddress()));
    }

    private static SitePlan inside(SitePlanner planner, Site site) {
        long address = site.fileAddress();
        if (site.function() == null) {
            return planner.plan(address);
        }
        long start = site.function().address();
        if (address == start) {
            return planner.plan(planner.entrySite(address));
        }
        if (!planner.isInstruction(start, address)) {
            return new SitePlan.Refused(
                    DisplacementRefusal.NOT_AN_INSTRUCTION,
                    "no instruction of " + site.function().name() + " begins there; see 'objdump -d'");
        }
        return planner.plan(address);
    }

    /** What an image has to do with vfork children. */
    VforkRisk vforkRisk(ImageFile file) throws ElfException {
        VforkRisk known = vforkRisks.get(file);
        if (known == null) {
            known = VforkRisk.of(file.elf());
            vforkRisks.put(file, known);
        }
        return known;
    }

    /** The calls with which an image makes vfork children. */
    List<VforkCall> vforkCalls(ImageFile file) throws ElfException {
        List<VforkCall> known = vforkCalls.get(file);
        if (known == null) {
            known = VforkCall.findAll(file.code());
            vforkCalls.put(file, known);
        }
        return known;
    }

    /** What patches of an image are made of, of which something has been planned. */
    PatchRoom room(ImageFile file) {
        SitePlanner planner = planners.get(file);
        return planner == null
                ? Objects.requireNonNull(entryPlanners.get(file), "something of it has been planned")
                : planner;
    }

    /** The one for all sites of an image. */
    SitePlanner planner(ImageFile file) throws ElfException {
        SitePlanner planner = planners.get(file);
        if (planner == null) {
            planner = new SitePlanner(file.view(), UsdtLocations.registers(file.usdtProbes()), StackRoom.of(file));
            planners.put(file, planner);
        }
        return planner;
    }
}
