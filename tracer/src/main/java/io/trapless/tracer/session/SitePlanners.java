package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfImage;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.flow.VforkCall;
import io.trapless.binary.symbol.Function;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One planner for each image, made when its first site is asked for. For one thread. */
final class SitePlanners {
    private final Map<ImageFile, SitePlanner> planners = new HashMap<>();
    private final Map<ImageFile, VforkRisk> vforkRisks = new HashMap<>();
    private final Map<ImageFile, List<VforkCall>> vforkCalls = new HashMap<>();

    SitePlan plan(Site site) throws ElfException {
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
            known = VforkCall.findAll(ElfImage.executableSections(file.elf()));
            vforkCalls.put(file, known);
        }
        return known;
    }

    /** That of an image. */
    SitePlanner planner(ImageFile file) throws ElfException {
        SitePlanner planner = planners.get(file);
        if (planner == null) {
            planner = new SitePlanner(file.view(), UsdtLocations.registers(file.usdtProbes()), StackRoom.of(file));
            planners.put(file, planner);
        }
        return planner;
    }
}
