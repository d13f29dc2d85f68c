package io.trapless.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The user's wish that the command ends in order. Set once, by SIGINT, SIGTERM or SIGHUP or by {@link #request()}; any thread may ask for it, test it or
 * wait for it.
 *
 * <p>A signal starts the JVM's shutdown; a shutdown hook passes the wish on and holds the process until the command has ended, so that its own exit status
 * is the one that the shell sees. Further signals have no effect meanwhile, except SIGKILL, which harms no target.
 */
public final class StopRequest {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Runnable listener = () -> {};
    private volatile int exitStatus;

    /** Takes the signals over. Until this is called, they end the process as usual; if one is doing so, this does not return. */
    public void listenToSignals() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "trapless-stop"));
        } catch (IllegalStateException shuttingDown) {
            awaitEnd();
        }
    }

    /** Nothing has begun that would have to be ended in order, and nothing may begin any more. */
    private static void awaitEnd() {
        while (true) {
            LockSupport.park();
        }
    }

    private void onShutdown() {
        if (ended.getCount() == 0) {
            return;
        }
        request();
        try {
            ended.await();
        } catch (InterruptedException e) {
            return;
        }
        Runtime.getRuntime().halt(exitStatus);
    }

    /** Says that the command has ended and everything is written: from here on nobody waits for it. */
    void ended(int status) {
        exitStatus = status;
        ended.countDown();
    }

    /** Asks for the end. Later calls have no effect. */
    public void request() {
        requested.countDown();
        listener.run();
    }

    /** True once the end has been asked for. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /**
     * Runs an action, on another thread, when the end is asked for; at once, on this one, if it has been already. One listener at a time; it must be quick
     * and harmless to run twice.
     */
    public void onRequest(Runnable action) {
        listener = action;
        if (isRequested()) {
            action.run();
        }
    }

    /**
     * Waits for the request.
     *
     * @param timeoutNanos how long at most; 0 or less only looks
     * @return true if the end has been asked for
     */
    public boolean await(long timeoutNanos) throws InterruptedException {
        return requested.await(timeoutNanos, TimeUnit.NANOSECONDS);
    }
}
