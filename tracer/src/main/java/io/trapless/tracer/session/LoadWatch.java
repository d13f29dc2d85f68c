package io.trapless.tracer.session;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.ring.SessionFile;
import java.util.concurrent.TimeUnit;

/**
 * Waits for processes that have loaded or unloaded a library and wait to be looked at: a thread of its own, which sleeps in the kernel until one rings.
 *
 * <p>What targets write is not believed: a request only makes the tracer look. A target that rings without end is looked at once each {@link #LEAST_NANOS}.
 */
final class LoadWatch {
    private static final long NAP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final SessionFile file;
    private final Looker looker;
    private final Thread thread =
            Thread.ofPlatform().name("trapless-loads").daemon().unstarted(this::run);
    private volatile boolean ended;

    /** Looks at processes. */
    @FunctionalInterface
    interface Looker {
        /** Looks at the processes of a slot; on the watch's thread. */
        void look(int slot) throws InterruptedException;
    }

    LoadWatch(SessionFile file, Looker looker) {
        this.file = file;
        this.looker = looker;
    }

    void start() {
        thread.start();
    }

    /** Ends it when it has answered what it is at. */
    void end() throws InterruptedException {
        ended = true;
        if (thread.isAlive()) {
            file.wakeLoadBell();
            thread.join();
        }
    }

    private void run() {
        int[] answered = new int[SessionHeaderDescriptor.LOAD_SLOTS];
        try {
            while (!ended) {
                int bell = file.loadBell();
                if (!answerAll(answered)) {
                    file.awaitLoadBell(bell, NAP_NANOS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answerAll(int[] answered) throws InterruptedException {
        boolean any = false;
        for (int slot = 0; slot < answered.length && !ended; slot++) {
            int requests = file.loadRequests(slot);
            if (requests != answered[slot]) {
                looker.look(slot);
                answered[slot] = requests;
                file.answerLoads(slot, requests);
                any = true;
            }
        }
        if (any) {
            TimeUnit.NANOSECONDS.sleep(LEAST_NANOS);
        }
        return any;
    }
}
