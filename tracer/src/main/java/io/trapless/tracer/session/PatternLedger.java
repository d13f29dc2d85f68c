package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which patterns have been found in some process, and which are still waited for: their module is not loaded yet, or no process has it yet. One thread at a time.
 */
final class PatternLedger {
    private final Map<String, String> awaited = new LinkedHashMap<>();
    private final Set<String> found = new LinkedHashSet<>();

    /** A pattern's module is not there, and may come. */
    void await(ProbePattern pattern, String sentence) {
        if (!found.contains(pattern.text())) {
            awaited.put(pattern.text(), sentence);
        }
    }

    /** A pattern's module is there. */
    void found(ProbePattern pattern) {
        found.add(pattern.text());
        awaited.remove(pattern.text());
    }

    /** Patterns whose module has not come so far. */
    List<String> awaited() {
        return List.copyOf(awaited.keySet());
    }

    /** The same as refusals, now that nothing can come any more. */
    List<RefusedProbe> unmet() {
        return awaited.entrySet().stream()
                .map(entry -> new RefusedProbe(entry.getKey(), entry.getValue()))
                .toList();
    }
}
