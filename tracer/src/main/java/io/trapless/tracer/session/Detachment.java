package io.trapless.tracer.session;

import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.attach.RemoteMemory;
import io.trapless.tracer.attach.StackScan;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes a session out of a process: original bytes back, semaphores lowered, and, as soon as no thread can come back to them, our mappings away. Serves the tracer that attached as well as one
 * that finds what another has left. On the {@code Ptracer} thread only.
 */
final class Detachment {
    /** How often to look whether the last thread has left our code, and how long to wait in between. */
    private static final int ATTEMPTS = 100;

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final TargetProcess target;
    private final List<TextChange> patches;
    private final List<Long> semaphores;
    private final List<ProcessAttachment.Mapped> mapped;
    private final Map<Long, IslandChanges.Way> islands;
    private final Set<Long> changedByOthers = new HashSet<>();
    private boolean textRestored;
    private int restored;
    private boolean anyRestored;

    /**
     * @param patches as they were made: {@code expected} is the original
     * @param semaphores that were raised by one
     * @param mapped our memory there
     */
    Detachment(
            TargetProcess target,
            List<TextChange> patches,
            List<Long> semaphores,
            List<ProcessAttachment.Mapped> mapped) {
        this.target = target;
        this.patches = List.copyOf(patches);
        this.semaphores = List.copyOf(semaphores);
        this.mapped = List.copyOf(mapped);
        this.islands = IslandChanges.waysByIsland(this.patches);
    }

    /**
     * How it ended.
     *
     * @param restoredSites places that have their original bytes again
     * @param foreignSites places that somebody else has changed since; they were left as they are
     * @param memoryLeft whether a thread may still need our code, so that it stays mapped
     */
    record Result(int restoredSites, int foreignSites, boolean memoryLeft) {}

    /** On the {@code Ptracer} thread. Very many places are restored a part at a time, with the threads running in between: first all that may lead to islands, then those. */
    private Result run() throws AttachException, InterruptedException {
        List<List<TextChange>> parts = parts();
        for (List<TextChange> part : parts.subList(0, Math.max(0, parts.size() - 1))) {
            try (StoppedThreads stopped = target.stopAll()) {
                restore(stopped, part);
            }
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (StoppedThreads stopped = target.stopAll()) {
                if (!textRestored) {
                    restore(stopped, parts.isEmpty() ? List.of() : parts.getLast());
                    lowerSemaphores();
                    textRestored = true;
                }
                if (unmapIfUnused(stopped)) {
                    return new Result(restored, changedByOthers.size(), false);
                }
            }
            Thread.sleep(PAUSE);
        }
        return new Result(restored, changedByOthers.size(), true);
    }

    private List<List<TextChange>> parts() {
        List<TextChange> sites = new ArrayList<>();
        List<TextChange> islandPatches = new ArrayList<>();
        patches.forEach(patch -> (islands.containsKey(patch.address()) ? islandPatches : sites).add(patch));
        List<TextBatches.Batch> batches = new ArrayList<>(TextBatches.of(sites, List.of()));
        batches.addAll(TextBatches.of(islandPatches, List.of()));
        if (batches.size() <= 2) {
            List<TextChange> all = new ArrayList<>(patches);
            all.sort(Comparator.comparingLong(TextChange::address));
            return List.of(all);
        }
        return batches.stream().map(TextBatches.Batch::changes).toList();
    }

    /** {@link #run}, as a task of the ptrace thread. */
    Result runOn(Ptracer ptracer) throws AttachException, InterruptedException {
        InterruptedException[] interrupted = new InterruptedException[1];
        Result result = ptracer.call(() -> {
            try {
                return run();
            } catch (InterruptedException e) {
                interrupted[0] = e;
                return new Result(restored, changedByOthers.size(), true);
            }
        });
        if (interrupted[0] != null) {
            throw interrupted[0];
        }
        return result;
    }

    /** @param part in order of address */
    private void restore(StoppedThreads stopped, List<TextChange> part) throws AttachException {
        List<TextChange> back = new ArrayList<>();
        PatchReader.read(target, part, (patch, found) -> {
            switch (found) {
                case PATCHED -> back.add(patch);
                case FOREIGN -> changedByOthers.add(patch.address());
                case ORIGINAL, UNMAPPED -> {}
            }
        });
        // What somebody has made of a short jump may still lead to its island.
        back.removeIf(patch -> {
            IslandChanges.Way way = islands.get(patch.address());
            return way != null && changedByOthers.contains(way.site());
        });
        IslandChanges.restore(stopped, back, islands);
        restored += (int) back.stream()
                .filter(patch -> !islands.containsKey(patch.address()))
                .count();
        anyRestored |= !back.isEmpty();
    }

    private void lowerSemaphores() throws AttachException {
        if (anyRestored || patches.isEmpty()) {
            Semaphores.add(target, semaphores, -1);
        }
    }

    /** Whether our memory is gone, or some of what was to be unmapped is in use. */
    private boolean unmapIfUnused(StoppedThreads stopped) throws AttachException {
        if (mapped.isEmpty()) {
            return true;
        }
        if (!changedByOthers.isEmpty() || target.isConfined()) {
            return false; // somebody's copy of our jump may lead here; or no call may be made in its name
        }
        List<AddressRange> ranges = mapped.stream()
                .map(m -> new AddressRange(m.address(), m.address() + m.size()))
                .toList();
        if (StackScan.findsAny(stopped, ranges)) {
            return false;
        }
        try (RemoteCalls calls = RemoteCalls.borrow(stopped, Gadgets.find(target))) {
            RemoteMemory memory = new RemoteMemory(calls);
            for (ProcessAttachment.Mapped mapping : mapped) {
                memory.unmap(mapping.address(), mapping.size());
            }
        }
        return true;
    }
}
