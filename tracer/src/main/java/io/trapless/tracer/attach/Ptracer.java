package io.trapless.tracer.attach;

import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.WakeUps;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one platform thread that ptrace requests come from: the kernel ties a stopped thread to the very thread that seized it. Whatever stops a target
 * runs as a task here, from the stop to the release; {@link TargetProcess#stopAll} checks it.
 *
 * <p>If a task leaves a target's thread that could not be released (it never stopped, because it waits uninterruptibly in the kernel), the platform thread ends after the
 * task, and the kernel releases all that it held; the next task gets a fresh one. So no task may count on what an earlier task held. Only {@link Following} holds threads from task to task; then the
 * platform thread stays, and between tasks waits for what it follows.
 *
 * <p>Any thread may call {@link #call}; tasks run one at a time.
 */
public final class Ptracer implements AutoCloseable {
    /** What is to be done to a target. */
    @FunctionalInterface
    public interface Task<T extends @Nullable Object> {
        T run() throws AttachException;
    }

    /** Of the ptrace thread; the kernel keeps 15 characters. */
    static final String THREAD_NAME = "trapless-ptrace";

    private @Nullable Worker worker;

    /** Runs {@code task} on the ptrace thread and waits for its end. An interrupt does not cut the task short; it is kept for the caller. A {@link LinuxException} of the task comes out as it is. */
    public <T extends @Nullable Object> T call(Task<T> task) throws AttachException {
        // Before the lock: who waits for the task around this one holds it.
        return isCurrent() ? task.run() : callOnWorker(task);
    }

    private synchronized <T extends @Nullable Object> T callOnWorker(Task<T> task) throws AttachException {
        FutureTask<T> future = new FutureTask<>(task::run);
        Worker current = worker;
        if (current == null || !current.isAlive()) {
            current = new Worker();
            current.start();
            worker = current;
        }
        if (!current.hand(future)) {
            // A bug in following has ended it. The kernel has released what it held; the next task gets a fresh one.
            throw new IllegalStateException("the ptrace thread has died");
        }
        try {
            return get(future);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof AttachException refused) {
                throw refused;
            }
            if (cause instanceof LinuxException failed) {
                throw failed;
            }
            throw new IllegalStateException("the task on the ptrace thread failed", cause);
        } finally {
            if (current.retiring) {
                worker = null;
                end(current);
            }
        }
    }

    /** Whether the calling thread is a ptrace thread. */
    static boolean isCurrent() {
        return Thread.currentThread() instanceof Worker;
    }

    /** The ptrace thread's guard against blocking for ever. */
    static WakeUps wakeUps() {
        return Objects.requireNonNull(((Worker) Thread.currentThread()).wakeUps);
    }

    /** The threads that the calling ptrace thread holds beyond its tasks; null if it follows nothing. */
    static @Nullable HeldThreads held() {
        return Thread.currentThread() instanceof Worker worker ? worker.held : null;
    }

    /** Called on the ptrace thread: it waits for what it follows whenever it has no task. */
    static void beginFollowing(Following following, HeldThreads held) {
        Worker worker = (Worker) Thread.currentThread();
        worker.following = following;
        worker.held = held;
    }

    /** Called on the ptrace thread: end after this task, so that the kernel lets go of a thread that did not stop. A thread that follows others goes on, and lets go of it when it stops. */
    static void retireAfterTask(int tid) {
        Worker worker = (Worker) Thread.currentThread();
        HeldThreads held = worker.held;
        if (held == null) {
            worker.retiring = true;
        } else {
            held.abandon(tid);
        }
    }

    /** Ends the ptrace thread. */
    @Override
    public synchronized void close() {
        Worker current = worker;
        worker = null;
        if (current != null) {
            end(current);
        }
    }

    private static void end(Worker worker) {
        worker.hand(Worker.END); // one that has died needs no telling
        boolean interrupted = false;
        while (true) {
            try {
                worker.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T extends @Nullable Object> T get(FutureTask<T> future) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Worker extends Thread {
        static final Runnable END = new FutureTask<>(() -> null);
        private static final long OFFER_MILLIS = 1;

        final SynchronousQueue<Runnable> tasks = new SynchronousQueue<>();
        volatile boolean retiring;
        private volatile @Nullable Following following;
        private volatile int tid;
        private @Nullable HeldThreads held;
        private @Nullable WakeUps wakeUps;

        Worker() {
            super(THREAD_NAME);
            setDaemon(true);
        }

        @Override
        public void run() {
            Processes.favourThisThread();
            wakeUps = new WakeUps();
            tid = Processes.tid();
            while (true) {
                Runnable task = next();
                if (task == END) {
                    wakeUps.delete();
                    return;
                }
                task.run();
            }
        }

        /** Gives it a task, as soon as it has none; false if it has died. An interrupt of the caller is kept. */
        boolean hand(Runnable task) {
            boolean interrupted = false;
            boolean taken = false;
            while (!taken && isAlive()) {
                try {
                    taken = tasks.offer(task, OFFER_MILLIS, TimeUnit.MILLISECONDS);
                    if (!taken && following != null) {
                        WakeUps.wake(tid); // again and again: one that comes just before it waits is lost
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return taken;
        }

        private Runnable next() {
            Following present = following;
            while (present != null) {
                Runnable task = tasks.poll();
                if (task != null) {
                    return task;
                }
                if (!present.step()) {
                    break;
                }
            }
            return take();
        }

        /** Nobody has a reason to interrupt this thread, and a task that is under way must not be cut short. */
        private Runnable take() {
            while (true) {
                try {
                    return tasks.take();
                } catch (InterruptedException ignored) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
