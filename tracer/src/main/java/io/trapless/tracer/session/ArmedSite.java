package io.trapless.tracer.session;

import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.trampoline.SiteProbe;
import java.util.List;

/**
 * One patch of a process's code.
 *
 * @param loadBias what is added to the patch's addresses
 * @param points what is recorded at each point of the patch, in its order
 */
record ArmedSite(long loadBias, Patch patch, List<ArmedPoint> points) {
    ArmedSite {
        points = List.copyOf(points);
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
