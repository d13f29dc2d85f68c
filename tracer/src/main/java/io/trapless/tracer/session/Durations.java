package io.trapless.tracer.session;

import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a recording with durations adds to the clauses of its user: for each function whose entry or exits are recorded, the other end. */
final class Durations {
    private Durations() {}

    /** The clauses, and behind them a bare one for each function pattern whose other end nobody records. */
    static List<Clause> completed(List<Clause> clauses) {
        Set<String> known = new HashSet<>();
        clauses.forEach(clause -> clause.probes().forEach(probe -> known.add(probe.text())));
        List<Clause> all = new ArrayList<>(clauses);
        for (Clause clause : clauses) {
            for (ProbePattern probe : clause.probes()) {
                ProbePattern other = otherEnd(probe);
                if (other != null && known.add(other.text())) {
                    all.add(new Clause(clause.source(), List.of(other), null, null));
                }
            }
        }
        return List.copyOf(all);
    }

    /** Null for probes that are no function's entry or exit. */
    private static @Nullable ProbePattern otherEnd(ProbePattern probe) {
        return switch (probe) {
            case ProbePattern.Uprobe(String module, ProbeTarget.Function function, var span) ->
                new ProbePattern.Uretprobe(module, function, span);
            case ProbePattern.Uretprobe(String module, ProbeTarget target, var span) ->
                new ProbePattern.Uprobe(module, target, span);
            default -> null;
        };
    }
}
