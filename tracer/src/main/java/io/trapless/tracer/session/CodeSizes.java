package io.trapless.tracer.session;

import io.trapless.binary.flow.VforkCall;
import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.trampoline.ProcessFacts;
import io.trapless.tracer.trampoline.UnknownChildren;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much code regions take. It is known only by generating them, and a session generates the same ones for each process that runs the same program: while that process stands still. Sizes are
 * remembered by what they depend on. One thread at a time.
 */
final class CodeSizes {
    private static final int REMEMBERED = 64;

    /** Of regions with more sites the key alone would be large. */
    private static final int MOST_SITES = 1024;

    private final LinkedHashMap<Shape, Long> known = new LinkedHashMap<>();

    /** What a region's size depends on besides facts that are a session's own: neither where it lies nor where its sites do. */
    private record Shape(boolean threadIdIsKept, List<SiteShape> sites) {}

    private record SiteShape(
            Displaced itself, Displaced forItsIsland, UnknownChildren children, List<ArmedSite.ArmedPoint> points) {
        static SiteShape of(ArmedSite site) {
            Patch.Island island = site.patch().island();
            return new SiteShape(
                    Displaced.of(site.patch()),
                    island == null ? Displaced.NOTHING : Displaced.of(island.place()),
                    site.children(),
                    site.points());
        }
    }

    private record Displaced(ByteBuffer original, int codeBytes, VforkCall.@Nullable Kind vforkCall) {
        static final Displaced NOTHING = new Displaced(ByteBuffer.allocate(0), 0, null);

        static Displaced of(Patch patch) {
            return new Displaced(ByteBuffer.wrap(patch.original()), patch.codeBytes(), patch.vforkCall());
        }
    }

    /**
     * Bytes of code, whole pages, wherever the region will lie.
     *
     * @param facts such as take the most code
     */
    long of(CodeRegion region, ProcessFacts facts) {
        if (region.sites().size() > MOST_SITES) {
            return region.codeSize(facts);
        }
        Shape shape = new Shape(
                facts.tidOffset() != ProcessFacts.NO_TID,
                region.sites().stream().map(SiteShape::of).toList());
        Long size = known.get(shape);
        if (size == null) {
            if (known.size() == REMEMBERED) {
                known.remove(known.firstEntry().getKey());
            }
            size = region.codeSize(facts);
            known.put(shape, size);
        }
        return size;
    }
}
