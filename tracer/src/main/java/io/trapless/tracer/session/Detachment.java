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
import java.util.Arrays;
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
    private boolean textRestored;
    private int restored;
    private int foreign;

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
    }

    /**
     * How it ended.
     *
     * @param restoredSites places that have their original bytes again
     * @param foreignSites places that somebody else has changed since; they were left as they are
     * @param memoryLeft whether a thread may still need our code, so that it stays mapped
     */
    record Result(int restoredSites, int foreignSites, boolean memoryLeft) {}

    /** On the {@code Ptracer} thread. */
    private Result run() throws AttachException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (StoppedThreads stopped = target.stopAll()) {
                if (!textRestored) {
                    restore(stopped);
                }
                if (unmapIfUnused(stopped)) {
                    return new Result(restored, foreign, false);
                }
            }
            Thread.sleep(PAUSE);
        }
        return new Result(restored, foreign, true);
    }

    /** {@link #run}, as a task of the ptrace thread. */
    Result runOn(Ptracer ptracer) throws AttachException, InterruptedException {
        InterruptedException[] interrupted = new InterruptedException[1];
        Result result = ptracer.call(() -> {
            try {
                return run();
            } catch (InterruptedException e) {
                interrupted[0] = e;
                return new Result(restored, foreign, true);
            }
        });
        if (interrupted[0] != null) {
            throw interrupted[0];
        }
        return result;
    }

    private void restore(StoppedThreads stopped) throws AttachException {
        List<TextChange> back = new ArrayList<>();
        Set<Long> changedByOthers = new HashSet<>();
        for (TextChange patch : patches) {
            byte[] now = new byte[patch.replacement().length];
            if (target.tryReadMemory(patch.address(), now, 0, now.length) != now.length) {
                continue; // the module has been unmapped
            }
            if (Arrays.equals(now, patch.replacement())) {
                back.add(patch);
            } else if (!Arrays.equals(now, patch.expected())) {
                changedByOthers.add(patch.address());
            }
        }
        foreign = changedByOthers.size();
        Map<Long, Long> islands = IslandChanges.sitesByIsland(patches);
        // What somebody has made of a short jump may still lead to its island.
        back.removeIf(patch ->
                islands.containsKey(patch.address()) && changedByOthers.contains(islands.get(patch.address())));
        IslandChanges.restore(stopped, back, islands);
        restored = (int) back.stream()
                .filter(patch -> !islands.containsKey(patch.address()))
                .count();
        if (!back.isEmpty() || patches.isEmpty()) {
            Semaphores.add(target, semaphores, -1);
        }
        textRestored = true;
    }

    /** Whether our memory is gone, or some of what was to be unmapped is in use. */
    private boolean unmapIfUnused(StoppedThreads stopped) throws AttachException {
        if (mapped.isEmpty()) {
            return true;
        }
        if (foreign > 0) {
            return false; // somebody's copy of our jump may lead here
        }
        List<AddressRange> ranges = mapped.stream()
                .map(m -> new AddressRange(m.address(), m.address() + m.size()))
                .toList();
        for (boolean used : StackScan.find(stopped, ranges)) {
            if (used) {
                return false;
            }
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
