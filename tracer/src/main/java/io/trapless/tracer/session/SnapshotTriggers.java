package io.trapless.tracer.session;

import io.trapless.tracer.linux.ExitWatch;
import io.trapless.tracer.linux.SignalNames;
import io.trapless.tracer.linux.Threads;
import io.trapless.tracer.ring.SessionFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Waits for what a flight recorder is to take snapshots of, on a thread of its own: marks that trampolines of triggers leave in shared memory, looked at every few milliseconds, and ends of targets.
 *
 * <p>A probe that fires all the time makes one snapshot a second; the ends of several processes within a few milliseconds make one each.
 */
final class SnapshotTriggers implements AutoCloseable {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(3);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int LOOKS_A_PROCESS_CHECK = 3;

    private final List<SnapshotTrigger.Fires> probes;
    private final boolean onExit;
    private final boolean onCrash;
    private final SessionFile file;
    private final SnapshotTaker taker;
    private final Supplier<List<Integer>> pids;
    private final Map<Integer, ExitWatch> watches = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final long[] nextNanos;
    private final List<String> failures = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    /** @param pids the targets now; those that have ended may be missing */
    SnapshotTriggers(
            List<SnapshotTrigger> triggers, SessionFile file, SnapshotTaker taker, Supplier<List<Integer>> pids) {
        this.probes = triggers.stream()
                .filter(SnapshotTrigger.Fires.class::isInstance)
                .map(SnapshotTrigger.Fires.class::cast)
                .toList();
        this.onExit = triggers.stream().anyMatch(SnapshotTrigger.Exit.class::isInstance);
        this.onCrash = triggers.stream().anyMatch(SnapshotTrigger.Crash.class::isInstance);
        this.file = file;
        this.taker = taker;
        this.pids = pids;
        this.nextNanos = new long[probes.size()];
        Arrays.fill(nextNanos, System.nanoTime());
        watchProcesses();
        this.thread = Thread.ofPlatform().name("trapless-triggers").daemon().start(this::run);
    }

    private void run() {
        try {
            watch();
        } catch (RuntimeException e) {
            fail("snapshots were not taken any more: internal error (" + e + ")");
        } finally {
            watches.values().forEach(ExitWatch::close);
        }
    }

    private void watch() {
        for (int look = 0; !closing; look++) {
            lookAtProbes();
            if (look % LOOKS_A_PROCESS_CHECK == 0) {
                lookAtProcesses();
                watchProcesses();
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        // What happened just before the end.
        try {
            taker.lookAtTraps();
        } catch (IOException e) {
            fail("what traps saw at the end is not known: " + Sentences.of(e));
        }
        lookAtProbes();
        lookAtProcesses();
    }

    private void fail(String sentence) {
        synchronized (failures) {
            failures.add(sentence);
        }
    }

    private void lookAtProbes() {
        long now = System.nanoTime();
        for (int slot = 0; slot < nextNanos.length; slot++) {
            if (now - nextNanos[slot] >= 0 && file.takeFired(slot)) {
                String text = probes.get(slot).clause().source().text().strip();
                take(text + " fired");
                nextNanos[slot] = System.nanoTime() + AGAIN_NANOS;
            }
        }
    }

    private void watchProcesses() {
        if (onExit || onCrash) {
            pids.get().stream()
                    .filter(pid -> !ended.contains(pid))
                    .forEach(pid -> watches.computeIfAbsent(pid, ExitWatch::of));
        }
    }

    private void lookAtProcesses() {
        List<ExitWatch> over =
                watches.values().stream().filter(ExitWatch::hasEnded).toList();
        for (ExitWatch watch : over) {
            if (onExit || watch.waitStatus() != 0) {
                take("process " + watch.pid() + how(watch.waitStatus()));
            }
            watch.close();
            watches.remove(watch.pid());
            ended.add(watch.pid());
        }
    }

    private static String how(int waitStatus) {
        int signal = waitStatus & 0x7f;
        if (waitStatus == ExitWatch.UNKNOWN) {
            return " ended, in a way that this kernel does not tell";
        }
        return signal == 0
                ? " ended with status " + (waitStatus >> 8 & 0xff)
                : " was killed by " + SignalNames.of(signal);
    }

    private void take(String cause) {
        try {
            taker.takeNumbered(cause);
        } catch (IOException e) {
            fail("no snapshot was taken when " + cause + ": " + Sentences.of(e));
        }
    }

    /** Looks once more, and ends. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Threads.awaitEnd(thread);
    }

    /** Sentences about snapshots that could not be taken. */
    List<String> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }
}
