package io.trapless.tracer.preload;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a module's region may lie: far enough from the module not to be in the way of what the process maps next to it, near enough for 32-bit distances. Below is best: above a program lies its heap,
 * and mappings grow downwards, closely packed.
 */
final class RegionPlaces {
    private static final long MIB = 1L << 20;
    private static final int PAGE = 4096;
    private static final int[] BELOW = {512, 768, 1024, 256, 1280, 128, 1408};
    private static final int[] ABOVE = {1408, 1280, 1024, 768, 512};

    private RegionPlaces() {}

    /** The largest size of a module and its region together for which all places are within reach. */
    static final long MAX_SPAN = 512 * MIB;

    /** Distances from the module's bias to a region's start, {@link ModuleRecord#PLACES} of them. */
    static List<Long> of(PreloadModule module, long regionSize) {
        List<Long> places = new ArrayList<>();
        for (int gap : BELOW) {
            places.add((module.low() - gap * MIB - regionSize) & -PAGE);
        }
        for (int gap : ABOVE) {
            places.add((module.high() + gap * MIB + PAGE - 1) & -PAGE);
        }
        return places;
    }
}
