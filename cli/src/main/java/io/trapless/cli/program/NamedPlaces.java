package io.trapless.cli.program;

import io.trapless.binary.symbol.Glob;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import io.trapless.script.run.SourceException;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.RefusalReason;
import io.trapless.tracer.resolve.Resolver;
import java.util.List;

/**
 * What is wrong with a single place that a program names by the path of a file, told in bpftrace's words before anything is armed. Files that can't be read here are passed over: a process may see others.
 */
final class NamedPlaces {
    private NamedPlaces() {}

    /**
     * Looks at each of {@code sites} that names one address.
     *
     * @throws SourceException if an address is not code
     */
    static void check(List<CheckedAction> sites) throws SourceException {
        try (ImageFiles files = new ImageFiles()) {
            Resolver resolver = Resolver.forSystem(files, 0);
            for (CheckedAction site : sites) {
                if (site.attachPoint() instanceof AttachPoint.Sites(ProbePattern pattern)
                        && pattern instanceof ProbePattern.Uprobe(String module, ProbeTarget.Address address, var _)
                        && module.indexOf('/') >= 0
                        && !Glob.isWild(module)) {
                    requireCode(pattern, module + ":" + address.text(), resolver);
                }
            }
        }
    }

    private static void requireCode(ProbePattern pattern, String place, Resolver resolver) throws SourceException {
        for (Refusal refusal : resolver.resolve(pattern).refusals()) {
            if (refusal.reason() == RefusalReason.NOT_CODE) {
                throw new SourceException("Could not resolve address: " + place + "\nHINT: " + refusal.sentence());
            }
        }
    }
}
