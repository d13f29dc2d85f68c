package io.trapless.tracer.session;

import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.UnknownChildren;
import java.util.List;

/**
 * One patch of a process's code.
 *
 * @param loadBias what is added to the patch's addresses
 * @param children how often unknown vfork children come by
 * @param points what is recorded at each point of the patch, in its order; none where it is there for other reasons
 */
record ArmedSite(long loadBias, Patch patch, UnknownChildren children, List<ArmedPoint> points) {
    ArmedSite {
        points = List.copyOf(points);
    }

    /** One at which nothing is recorded: its instructions make room, or the call behind them is what matters. */
    static ArmedSite withoutProbes(long loadBias, Patch patch) {
        return new ArmedSite(loadBias, patch, UnknownChildren.NONE, List.of());
    }

    /**
     * One place at which something is recorded.
     *
     * @param probes one or more
     */
    record ArmedPoint(Patch.Point point, List<SiteProbe> probes) {
        ArmedPoint {
            probes = List.copyOf(probes);
        }
    }

    /** All probes of all points. */
    List<SiteProbe> probes() {
        return points.stream().flatMap(point -> point.probes.stream()).toList();
    }

    /** Whether anything is recorded there: else it is patched for a call that it makes. */
    boolean isProbed() {
        return !points.isEmpty();
    }

    /** Where the jump goes. */
    long start() {
        return patch.address() + loadBias;
    }

    /** Where control goes on behind the displaced instructions. */
    long resume() {
        return patch.resume() + loadBias;
    }

    /** The address behind the last byte that is overwritten. */
    long end() {
        return patch.end() + loadBias;
    }

    /** Whether its jump, or that of its island, takes the byte at an address. */
    boolean overwrites(long address) {
        Patch.Island island = patch.island();
        return patch.covers(address - loadBias)
                || (island != null && island.place().covers(address - loadBias));
    }
}
