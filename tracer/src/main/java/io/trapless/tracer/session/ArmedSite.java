package io.trapless.tracer.session;

import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.trampoline.SiteProbe;
import java.util.List;

/**
 * One place in a process that gets a jump.
 *
 * @param address of the probed instruction in the process
 * @param loadBias what is added to the plan's addresses
 * @param probes one or more
 */
record ArmedSite(long address, long loadBias, SitePlan.Jump plan, List<SiteProbe> probes) {
    ArmedSite {
        probes = List.copyOf(probes);
    }

    /** Where the jump goes: the site itself, or a little before it. */
    long start() {
        return plan.range().address() + loadBias;
    }

    /** Where control goes on behind the displaced instructions. */
    long resume() {
        return start() + plan.range().codeBytes();
    }

    /** The address behind the last byte that is overwritten. */
    long end() {
        return start() + plan.range().lengthBytes();
    }
}
