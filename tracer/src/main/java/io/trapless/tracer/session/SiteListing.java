package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
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
     */
    public record Listed(String probe, @Nullable String refusal) {}

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

    private static SiteListing list(Resolver resolver, List<ProbePattern> patterns, @Nullable ForeignCode foreignCode) {
        SitePlanners planners = new SitePlanners();
        List<Listed> sites = new ArrayList<>();
        List<Refusal> unmatched = new ArrayList<>();
        for (ProbePattern pattern : patterns) {
            Resolution resolution = resolver.resolve(pattern);
            unmatched.addAll(resolution.refusals());
            for (Site site : resolution.sites()) {
                sites.add(new Listed(site.probe(), refusal(site, planners, foreignCode)));
            }
        }
        return new SiteListing(sites, unmatched);
    }

    private static @Nullable String refusal(Site site, SitePlanners planners, @Nullable ForeignCode foreignCode) {
        if (site.usdt() != null) {
            String unsupported = UsdtLocations.unsupported(site.usdt().arguments());
            if (unsupported != null) {
                return unsupported;
            }
        }
        try {
            return switch (planners.plan(site)) {
                case SitePlan.Refused(String sentence) -> sentence;
                case SitePlan.Jump jump ->
                    foreignCode == null
                            ? null
                            : foreignCode.obstacle(
                                    jump.range().address() + site.module().loadBias(), jump.original());
            };
        } catch (ElfException e) {
            return e.getMessage() == null ? "its file can't be read" : e.getMessage();
        }
    }
}
