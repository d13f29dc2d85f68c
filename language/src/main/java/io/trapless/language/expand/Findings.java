package io.trapless.language.expand;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a program; one thread. The same finding counts once, however often an expression is looked at. */
public final class Findings {
    private final Sources sources;
    private final List<Finding> all = new ArrayList<>();
    private final Set<Finding> seen = new HashSet<>();

    public Findings(Sources sources) {
        this.sources = sources;
    }

    public void add(Finding finding) {
        if (seen.add(finding)) {
            all.add(finding);
        }
    }

    public void error(Span span, String message) {
        add(Finding.error(sources.place(span), message));
    }

    public void warning(Span span, String message) {
        add(Finding.warning(sources.place(span), message));
    }

    public boolean hasErrors() {
        return all.stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR);
    }

    public List<Finding> all() {
        return List.copyOf(all);
    }

    public Sources sources() {
        return sources;
    }
}
