package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which patterns have been found in some process, and which are still waited for: their module is not loaded yet, or no process has it yet. Any thread.
 */
final class PatternLedger {
    private final Set<String> awaited = new LinkedHashSet<>();
    private final Set<String> found = new LinkedHashSet<>();
    private final Map<String, RefusedProbe> missed = new LinkedHashMap<>();

    /** A pattern's module is not there, and may come. */
    synchronized void await(ProbePattern pattern) {
        if (!found.contains(pattern.text())) {
            awaited.add(pattern.text());
        }
    }

    /** None of the modules that a pattern with wildcards means has what it asks for; one that comes may, but nobody waits for that alone. */
    synchronized void miss(ProbePattern pattern, String reason) {
        if (!found.contains(pattern.text())) {
            missed.put(pattern.text(), new RefusedProbe(pattern.text(), reason));
        }
    }

    /** A pattern's module is there. */
    synchronized void found(ProbePattern pattern) {
        found.add(pattern.text());
        awaited.remove(pattern.text());
        missed.remove(pattern.text());
    }

    /** What none has had so far. */
    synchronized List<RefusedProbe> missed() {
        return List.copyOf(missed.values());
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
