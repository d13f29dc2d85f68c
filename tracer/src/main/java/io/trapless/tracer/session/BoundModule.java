package io.trapless.tracer.session;

import java.util.List;

/**
 * What is to be armed in one process or one file.
 *
 * @param sites in order of address, not overlapping
 * @param semaphores addresses to raise, each once
 * @param traps where no jump is possible
 */
record BoundModule(List<ArmedSite> sites, List<Long> semaphores, List<BoundProbe> probes, List<BoundTrap> traps) {
    BoundModule {
        sites = List.copyOf(sites);
        semaphores = List.copyOf(semaphores);
        probes = List.copyOf(probes);
        traps = List.copyOf(traps);
    }
}
