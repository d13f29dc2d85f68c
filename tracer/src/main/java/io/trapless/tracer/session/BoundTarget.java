package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import java.util.List;

/**
 * One process and all that is to be armed in it.
 *
 * @param sites in order of address, not overlapping
 * @param semaphores addresses to raise, each once
 */
record BoundTarget(TargetProcess process, List<ArmedSite> sites, List<Long> semaphores, List<BoundProbe> probes) {
    BoundTarget {
        sites = List.copyOf(sites);
        semaphores = List.copyOf(semaphores);
        probes = List.copyOf(probes);
    }
}
