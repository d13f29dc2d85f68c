package io.trapless.tracer.linux;

/** Threads of the JVM. */
public final class Threads {
    private Threads() {}

    /** Waits until a thread has ended, whoever interrupts; an interrupt is kept for later. */
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
