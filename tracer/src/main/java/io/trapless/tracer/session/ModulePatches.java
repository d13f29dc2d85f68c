package io.trapless.tracer.session;

import io.trapless.binary.flow.VforkCall;
import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.plan.PatchSet;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.session.TargetBinding.Recorded;
import io.trapless.tracer.trampoline.SiteProbe;
import io.trapless.tracer.trampoline.UnknownChildren;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to be recorded in one module of a process, by place. Filled, then armed once. */
final class ModulePatches {
    private final long loadBias;
    private final UnknownChildren children;
    private final ImageFile file;
    private final PatchSet patches = new PatchSet();
    private final Map<PatchSet.Key, Place> places = new LinkedHashMap<>();

    private record Place(List<Recorded> events, List<Long> semaphores) {}

    /** @param children those that run the module's code */
    ModulePatches(ImageFile file, long loadBias, UnknownChildren children) {
        this.file = file;
        this.loadBias = loadBias;
        this.children = children;
    }

    void add(SitePlan.Jump jump, Recorded event) {
        patches.add(jump);
        place(jump).events.add(event);
    }

    /**
     * Adds a semaphore to raise if the place is armed.
     *
     * @param address in the process
     */
    void addSemaphore(SitePlan.Jump jump, long address) {
        place(jump).semaphores.add(address);
    }

    /** Adds calls whose children are to be told from this process. */
    void addVforkCalls(List<VforkCall> calls) {
        patches.addVforkCalls(calls);
    }

    private Place place(SitePlan.Jump jump) {
        return places.computeIfAbsent(PatchSet.Key.of(jump), _ -> new Place(new ArrayList<>(), new ArrayList<>()));
    }

    /** Plans all patches, refuses what can't be had, and adds the rest to {@code sites}. */
    void arm(
            int registersRead,
            boolean flagsRead,
            CodeObstacles obstacles,
            SiteBinder binder,
            List<ArmedSite> sites,
            Set<Long> semaphores) {
        patches.build(binder.planners().room(file));
        patches.refusals().forEach((key, sentence) -> refuse(key, sentence, binder));
        for (Patch patch : patches.patches()) {
            CodeObstacles.Obstacle obstacle = obstacle(patch, obstacles);
            List<ArmedSite.ArmedPoint> points = new ArrayList<>();
            for (Patch.Point point : patch.points()) {
                PatchSet.Key key = new PatchSet.Key(point.address(), point.when());
                if (obstacle != null) {
                    if (!obstacle.ours()) {
                        refuse(key, obstacle.sentence(), binder);
                    }
                    continue;
                }
                Place place = Objects.requireNonNull(places.get(key));
                semaphores.addAll(place.semaphores);
                List<SiteProbe> probes = new ArrayList<>();
                for (Recorded event : place.events) {
                    event.arm();
                    probes.add(event.probe());
                }
                points.add(new ArmedSite.ArmedPoint(point.keeping(registersRead, flagsRead), probes));
            }
            if (obstacle == null) {
                sites.add(new ArmedSite(loadBias, patch, children, points));
            }
        }
    }

    private CodeObstacles.@Nullable Obstacle obstacle(Patch patch, CodeObstacles obstacles) {
        CodeObstacles.Obstacle obstacle = obstacles.obstacle(patch.address() + loadBias, patch.original());
        Patch.Island island = patch.island();
        return obstacle == null && island != null ? obstacle(island.place(), obstacles) : obstacle;
    }

    private void refuse(PatchSet.Key key, String sentence, SiteBinder binder) {
        Objects.requireNonNull(places.get(key)).events.forEach(event -> binder.refuse(event.name(), sentence));
    }
}
