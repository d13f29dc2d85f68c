package io.trapless.tracer.session;

import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.trampoline.SiteProbe;
import java.util.List;

/**
 * One place in a process that gets a jump.
 *
 * @param address in the process
 * @param probes one or more
 */
record ArmedSite(long address, SitePlan.Jump plan, List<SiteProbe> probes) {
    ArmedSite {
        probes = List.copyOf(probes);
    }

    /** Where control goes on behind the displaced instructions. */
    long resume() {
        return address + plan.range().codeBytes();
    }

    /** The address behind the last byte that is overwritten. */
    long end() {
        return address + plan.range().lengthBytes();
    }
}
