package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import java.util.List;

/**
 * One process and all that is to be armed in it.
 *
 * @param sites in order of address, not overlapping
 * @param semaphores addresses to raise, each once
 * @param awaitsLoads whether it may load modules later that are meant too
 */
record BoundTarget(
        TargetProcess process,
        List<ArmedSite> sites,
        List<Long> semaphores,
        List<BoundProbe> probes,
        boolean awaitsLoads) {
    BoundTarget {
        sites = List.copyOf(sites);
        semaphores = List.copyOf(semaphores);
        probes = List.copyOf(probes);
    }
}
