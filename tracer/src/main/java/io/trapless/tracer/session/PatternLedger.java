package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which patterns have been found in some process, and which are still waited for: their module is not loaded yet, or no process has it yet. Any thread.
 */
final class PatternLedger {
    private final Set<String> awaited = new LinkedHashSet<>();
    private final Set<String> found = new LinkedHashSet<>();

    /** A pattern's module is not there, and may come. */
    synchronized void await(ProbePattern pattern) {
        if (!found.contains(pattern.text())) {
            awaited.add(pattern.text());
        }
    }

    /** A pattern's module is there. */
    synchronized void found(ProbePattern pattern) {
        found.add(pattern.text());
        awaited.remove(pattern.text());
    }

    /** Patterns whose module has not come so far. */
    synchronized List<String> awaited() {
        return List.copyOf(awaited);
    }

    /** The same as refusals, now that nothing can come any more. */
    synchronized List<RefusedProbe> unmet() {
        return awaited.stream()
                .map(pattern -> new RefusedProbe(pattern, "no recorded process has loaded it"))
                .toList();
    }
}
