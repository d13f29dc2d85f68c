package io.trapless.tracer.session;

import io.trapless.tracer.linux.Threads;
import io.trapless.tracer.ring.RingConsumer;
import java.util.concurrent.locks.LockSupport;

/** Rotates a recording's traces as time passes, on a thread of its own: the consumer cuts between two packets. */
final class RotationTimer implements AutoCloseable {
    private final RingConsumer consumer;
    private final TraceOutput output;
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean closing;

    RotationTimer(RingConsumer consumer, TraceOutput output, long periodNanos) {
        this.consumer = consumer;
        this.output = output;
        this.periodNanos = periodNanos;
        this.thread = Thread.ofPlatform().name("trapless-rotation").daemon().start(this::run);
    }

    private void run() {
        long next = System.nanoTime() + periodNanos;
        try {
            while (!closing) {
                long left = next - System.nanoTime();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                    continue;
                }
                if (!consumer.cut(output::rotate)) {
                    return;
                }
                // A rotation that was late does not bring the next one near.
                next = Math.max(next, System.nanoTime() - periodNanos) + periodNanos;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Threads.awaitEnd(thread);
    }
}
