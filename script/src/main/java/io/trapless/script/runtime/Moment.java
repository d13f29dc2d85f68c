package io.trapless.script.runtime;

import io.trapless.script.value.Blob;
import org.jspecify.annotations.Nullable;

/**
 * What just happened: a probe of a process that fired, or a moment of the tracer itself. A flyweight: who runs a handler sets it up before and uses it again for the next. For the handlers' thread.
 */
public abstract class Moment {
    private int pid;
    private int tid;
    private int cpu;
    private long bootNanos;
    private String probe = "";
    private final Windows windows = new Windows();

    /** Sets what every moment has. */
    protected final void set(int newPid, int newTid, int newCpu, long newBootNanos, String newProbe) {
        pid = newPid;
        tid = newTid;
        cpu = newCpu;
        bootNanos = newBootNanos;
        probe = newProbe;
        windows.clear();
    }

    /** Lets reads be made from a field that has memory as it was at the event, until the next event. */
    public final void openWindow(int addressField, int bytesField) {
        windows.add(number(addressField), bytes(bytesField));
    }

    final Windows windows() {
        return windows;
    }

    public final long pid() {
        return pid;
    }

    public final long tid() {
        return tid;
    }

    public final long cpu() {
        return cpu;
    }

    /** CLOCK_BOOTTIME. */
    public long bootNanos() {
        return bootNanos;
    }

    /** Full name of the probe, a byte string. */
    public final String probe() {
        return probe;
    }

    /** Whether the memory that field {@code index} of the event's record is about could not be read. */
    public boolean isUnread(int index) {
        return false;
    }

    /** The number in field {@code index} of the event's record, extended to 64 bits. */
    public abstract long number(int index);

    /** The string in field {@code index}. */
    public abstract String text(int index);

    /** The bytes in field {@code index}. */
    public abstract Blob bytes(int index);

    /** The frames of the user stack in field {@code index}, the innermost first. */
    public abstract long[] frames(int index);

    /** The address at which the probe stands, in the process; 0 if it is not known. */
    public abstract long address();

    /** Identity of the file in which the probe stands; 0 if there is none. */
    public abstract long moduleId();

    /** The name of the function in which the probe stands, or null if it has to be looked up by {@link #address}. */
    public abstract @Nullable String function();

    /** A moment of the tracer itself: it has no record. */
    public static final class OfTracer extends Moment {
        /** Sets the moment up again. */
        public void set(int pid, long bootNanos, String probe) {
            set(pid, pid, 0, bootNanos, probe);
        }

        @Override
        public long number(int index) {
            return 0;
        }

        @Override
        public String text(int index) {
            return "";
        }

        @Override
        public Blob bytes(int index) {
            return Blob.EMPTY;
        }

        @Override
        public long[] frames(int index) {
            return new long[0];
        }

        @Override
        public long address() {
            return 0;
        }

        @Override
        public long moduleId() {
            return 0;
        }

        @Override
        public @Nullable String function() {
            return null;
        }
    }
}
