package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.symbol.Function;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.Site;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One planner for each image, made when its first site is asked for. For one thread. */
final class SitePlanners {
    private final Map<ImageFile, SitePlanner> planners = new HashMap<>();
    private final Map<ImageFile, Optional<GoStack>> goImages = new HashMap<>();

    SitePlan plan(Site site) throws ElfException {
        SitePlan.Refused small = smallStack(site);
        if (small != null) {
            return small;
        }
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
        FunctionExits exits =
                planner(site.module().file()).planExits(new CodeRange(function.address(), function.endAddress()));
        SitePlan.Refused small = smallStack(site);
        return small == null ? exits : exits.refused(small);
    }

    private SitePlan.@Nullable Refused smallStack(Site site) throws ElfException {
        ImageFile file = site.module().file();
        Optional<GoStack> go = goImages.get(file);
        if (go == null) {
            go = Optional.ofNullable(GoStack.of(file));
            goImages.put(file, go);
        }
        String why = go.isPresent() ? go.get().refusal(site.fileAddress(), site.function()) : null;
        return why == null ? null : new SitePlan.Refused(DisplacementRefusal.SMALL_STACK, why);
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

    /** That of an image. */
    SitePlanner planner(ImageFile file) throws ElfException {
        SitePlanner planner = planners.get(file);
        if (planner == null) {
            planner =
                    new SitePlanner(file.view(), VforkRisk.of(file.elf()), UsdtLocations.registers(file.usdtProbes()));
            planners.put(file, planner);
        }
        return planner;
    }
}
