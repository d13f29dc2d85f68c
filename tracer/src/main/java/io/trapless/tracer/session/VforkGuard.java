package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.VforkCall;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.trampoline.UnknownChildren;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The calls with which a process makes vfork children, and threads, where they are to be patched so that those are known (see {@code trampoline.VforkCallCode}): in the C library if anything is armed that may run in such a child, in Go's code too if that may, in a static program in itself. Where they are not all
 * found, or somebody else stands there, nothing is patched, and code that makes such children records in the atomic rings alone. For one process, or one file, and one thread.
 */
final class VforkGuard {
    private static final String C_LIBRARY = "libc.so.6";

    /** Of Go's: calls its {@code rawVforkSyscall}, and is in no program that doesn't. */
    private static final String GO_MAKER = "syscall.forkAndExecInChild1";

    private static final Set<VforkCall.Kind> OF_C = EnumSet.complementOf(EnumSet.of(VforkCall.Kind.GO));

    private final Supplier<List<ModuleImage>> cLibraries;
    private final CodeObstacles obstacles;
    private final SitePlanners planners;
    private final Map<ModuleImage, State> states = new HashMap<>();
    private final Map<ModuleImage, List<VforkCall>> calls = new LinkedHashMap<>();
    private @Nullable List<ModuleImage> found;

    /** What becomes of a module's calls. */
    private enum State {
        TO_BE_ARMED,
        /** By an earlier attachment of this session, or one that the process has inherited. */
        ARMED,
        /** It makes none. */
        NONE,
        IMPOSSIBLE
    }

    private VforkGuard(Supplier<List<ModuleImage>> cLibraries, CodeObstacles obstacles, SitePlanners planners) {
        this.cLibraries = cLibraries;
        this.obstacles = obstacles;
        this.planners = planners;
    }

    /** Of a process. */
    static VforkGuard of(Resolver resolver, CodeObstacles obstacles, SitePlanners planners) {
        return new VforkGuard(() -> resolver.modules(C_LIBRARY), obstacles, planners);
    }

    /** Of a file that some process will load: nothing is known of what else it has, so only its own calls matter. */
    static VforkGuard ofFiles(SitePlanners planners) {
        return new VforkGuard(List::of, CodeObstacles.NONE, planners);
    }

    /** A module will have something armed; gives how often children run it that will not be known. */
    UnknownChildren add(ModuleImage module) throws ElfException {
        VforkRisk risk = planners.vforkRisk(module.file());
        if (!risk.mayRunInChild()) {
            return UnknownChildren.NONE;
        }
        List<ModuleImage> makers = makers(module);
        boolean allKnown = !makers.isEmpty();
        for (ModuleImage maker : makers) {
            switch (state(maker)) {
                case TO_BE_ARMED -> calls.put(maker, planners.vforkCalls(maker.file()));
                case ARMED, NONE -> {}
                case IMPOSSIBLE -> allKnown = false;
            }
        }
        if (allKnown) {
            return UnknownChildren.NONE;
        }
        return risk.callsVfork() ? UnknownChildren.OFTEN : UnknownChildren.RARE;
    }

    /** What is to be armed for the modules that were added, by the module in which it stands. */
    Map<ModuleImage, List<VforkCall>> calls() {
        return calls;
    }

    /** Where the children come from that run a module's code. */
    private List<ModuleImage> makers(ModuleImage module) throws ElfException {
        if (planners.vforkRisk(module.file()).isStatic()) {
            return List.of(module);
        }
        List<ModuleImage> known = found;
        if (known == null) {
            known = cLibraries.get();
            found = known;
        }
        if (planners.vforkRisk(module.file()).isGo()) {
            return Stream.concat(known.stream(), Stream.of(module)).toList();
        }
        return known.isEmpty() && module.fileName().equals(C_LIBRARY) ? List.of(module) : known;
    }

    private State state(ModuleImage maker) throws ElfException {
        State known = states.get(maker);
        if (known == null) {
            known = find(maker);
            states.put(maker, known);
        }
        return known;
    }

    private State find(ModuleImage maker) throws ElfException {
        List<VforkCall> all = planners.vforkCalls(maker.file());
        Set<VforkCall.Kind> kinds = all.stream()
                .map(VforkCall::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(VforkCall.Kind.class)));
        VforkRisk risk = planners.vforkRisk(maker.file());
        if (risk.isGo() && kinds.isEmpty() && makesNone(maker.file())) {
            return State.NONE;
        }
        if (!areComplete(kinds, risk)) {
            return State.IMPOSSIBLE;
        }
        boolean ours = false;
        for (VforkCall call : all) {
            CodeObstacles.Obstacle obstacle = obstacles.obstacle(call.address() + maker.loadBias(), call.original());
            if (obstacle != null && !obstacle.ours()) {
                return State.IMPOSSIBLE;
            }
            ours |= obstacle != null;
        }
        return ours ? State.ARMED : State.TO_BE_ARMED;
    }

    /** A static program has only what it was linked with; without the C library it has no rseq either. */
    private static boolean areComplete(Set<VforkCall.Kind> kinds, VforkRisk risk) {
        if (risk.isGo()) {
            return kinds.contains(VforkCall.Kind.GO);
        }
        return risk.isStatic() ? kinds.stream().anyMatch(OF_C::contains) : kinds.containsAll(OF_C);
    }

    private static boolean makesNone(ImageFile go) throws ElfException {
        return go.symbols().functions().stream()
                .noneMatch(function -> function.name().startsWith(GO_MAKER));
    }
}
