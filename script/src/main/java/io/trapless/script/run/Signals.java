package io.trapless.script.run;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Signals that the tracer got, by number, until the run takes them. Any thread may add. */
public final class Signals {
    private final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();

    /** A signal has come. */
    public void add(int number) {
        numbers.add(number);
    }

    /** The next one, or null. */
    @Nullable Integer next() {
        return numbers.poll();
    }
}
