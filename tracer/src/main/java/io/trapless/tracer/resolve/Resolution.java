package io.trapless.tracer.resolve;

import java.util.List;

/** What one pattern came to: each place once, by module and address, and what was left out. */
public record Resolution(List<Site> sites, List<Refusal> refusals) {
    public Resolution {
        sites = List.copyOf(sites);
        refusals = List.copyOf(refusals);
    }
}
