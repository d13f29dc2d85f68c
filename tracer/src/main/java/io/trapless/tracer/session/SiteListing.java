package io.trapless.tracer.session;

import io.trapless.binary.demangle.Demangler;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.ExitDoubt;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.plan.FunctionExits;
import io.trapless.tracer.plan.PlannedExit;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places that probe patterns mean, and how each would be patched. Reads files and memory; nothing is stopped and nothing is written. What a list calls {@code jump} may still be refused
 * when it is recorded, if another probe of the same recording needs its bytes.
 *
 * @param sites in the order of the patterns
 * @param unmatched why patterns, or modules that they mean, have no place
 */
public record SiteListing(List<Listed> sites, List<Refusal> unmatched) {
    public SiteListing {
        sites = List.copyOf(sites);
        unmatched = List.copyOf(unmatched);
    }

    /**
     * One place.
     *
     * @param probe its name
     * @param refusal why it can't be patched; null if it gets a jump
     * @param trap whether a trap can stand in, as far as the file tells
     * @param inlinedAt for a function's body in another function: where that is; else null
     * @param readable the function's name as people read it, if the probe has it mangled; else null
     */
    public record Listed(
            String probe,
            @Nullable String refusal,
            boolean trap,
            @Nullable String inlinedAt,
            @Nullable String readable) {}

    /** Of a live process. */
    public static SiteListing ofProcess(TargetProcess process, List<ProbePattern> patterns) throws AttachException {
        try (ImageFiles files = new ImageFiles()) {
            return list(Resolver.forProcess(process, files), patterns, ForeignCode.of(process));
        }
    }

    /** Of a file. */
    public static SiteListing ofFile(Path file, List<ProbePattern> patterns) throws ElfException {
        try (ImageFiles files = new ImageFiles()) {
            return list(Resolver.forFile(file, files), patterns, null);
        }
    }

    /** Of the files of this system, for processes that are yet to come. */
    public static SiteListing ofSystem(List<ProbePattern> patterns) {
        try (ImageFiles files = new ImageFiles()) {
            return list(Resolver.forSystem(files, 0), patterns, null);
        }
    }

    private static SiteListing list(Resolver resolver, List<ProbePattern> patterns, @Nullable ForeignCode foreignCode) {
        SitePlanners planners = new SitePlanners();
        List<Listed> sites = new ArrayList<>();
        List<Refusal> unmatched = new ArrayList<>();
        for (ProbePattern pattern : patterns) {
            Resolution resolution = resolver.resolve(pattern);
            unmatched.addAll(resolution.refusals());
            for (Site site : resolution.sites()) {
                sites.add(new Listed(
                        site.probe(),
                        refusal(site, planners, foreignCode),
                        canTrap(site, planners),
                        inlinedAt(site),
                        readable(site)));
            }
        }
        return new SiteListing(sites, unmatched);
    }

    private static @Nullable String readable(Site site) {
        Function function = site.function();
        return function == null || !site.probe().contains(":" + function.name())
                ? null
                : Demangler.demangle(function.name());
    }

    private static @Nullable String inlinedAt(Site site) {
        if (site.inlined() == null) {
            return null;
        }
        String address = "0x" + Long.toHexString(site.fileAddress());
        return site.function() == null
                ? address
                : SymbolTable.displayName(site.function()) + "+"
                        + (site.fileAddress() - site.function().address());
    }

    /** Null if every exit of the function can be patched. */
    private static @Nullable String exitsRefusal(Site site, SitePlanners planners, @Nullable ForeignCode foreignCode)
            throws ElfException {
        FunctionExits planned = planners.planExits(site);
        if (planned.exits().isEmpty() && planned.doubts().isEmpty()) {
            return "it never returns";
        }
        for (ExitDoubt doubt : planned.doubts()) {
            return "it may have exits that are not known: " + doubt.sentence();
        }
        for (PlannedExit exit : planned.exits()) {
            SitePlan.Refused refused = exit.refusal();
            if (refused != null) {
                return "one of its exits: " + refused.sentence();
            }
            String obstacle = obstacle(site, exit.jumps(), planners, foreignCode);
            if (obstacle != null) {
                return obstacle;
            }
        }
        return null;
    }

    private static @Nullable String obstacle(
            Site site, List<SitePlan.Jump> jumps, SitePlanners planners, @Nullable ForeignCode foreignCode)
            throws ElfException {
        for (SitePlan.Jump jump : jumps) {
            byte[] original = planners.planner(site.module().file())
                    .code(jump.range().address(), jump.range().lengthBytes());
            CodeObstacles.Obstacle found = foreignCode == null || original == null
                    ? null
                    : foreignCode.obstacle(
                            jump.range().address() + site.module().loadBias(), original);
            if (found != null) {
                return found.sentence();
            }
        }
        return null;
    }

    private static boolean canTrap(Site site, SitePlanners planners) {
        try {
            return site.kind() == SiteKind.EXITS
                    ? canTrapExits(site, planners)
                    : planners.plan(site) instanceof SitePlan.Refused refused
                            && TrapSites.refusal(site, refused, planners) == null;
        } catch (ElfException e) {
            return false;
        }
    }

    /** Whether all exits are known, and all that no jump is possible at are returns where a trap is. */
    private static boolean canTrapExits(Site site, SitePlanners planners) throws ElfException {
        FunctionExits planned = planners.planExits(site);
        boolean any = false;
        for (PlannedExit exit : planned.exits()) {
            if (exit.refusal() != null) {
                any = true;
                if (TrapSites.refusal(site.module().file(), exit.exit(), exit.refusal(), planners) != null) {
                    return false;
                }
            }
        }
        return any && planned.doubts().isEmpty();
    }

    private static @Nullable String refusal(Site site, SitePlanners planners, @Nullable ForeignCode foreignCode) {
        if (site.inlined() != null && InlinedArguments.unsupported(site.inlined()) != null) {
            return InlinedArguments.unsupported(site.inlined());
        }
        if (site.usdt() != null) {
            String unsupported = UsdtLocations.unsupported(site.usdt().arguments());
            if (unsupported != null) {
                return unsupported;
            }
        }
        try {
            if (site.kind() == SiteKind.EXITS) {
                return exitsRefusal(site, planners, foreignCode);
            }
            SitePlan plan = planners.plan(site);
            return plan instanceof SitePlan.Refused refused
                    ? refused.sentence()
                    : obstacle(site, plan.jumps(), planners, foreignCode);
        } catch (ElfException e) {
            return e.getMessage() == null ? "its file can't be read" : e.getMessage();
        }
    }
}
