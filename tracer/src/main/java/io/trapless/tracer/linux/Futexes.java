package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Waiting on a 32-bit word that processes share (futex(2)). Any thread. */
public final class Futexes {
    private static final int WAIT = 0;
    private static final int WAKE = 1;

    private Futexes() {}

    /** Waits until the word is woken, is not {@code value} any more, or the time has passed; may also return for nothing. */
    public static void await(long address, int value, long nanos) {
        MemorySegment time = Syscalls.scratch();
        time.set(ValueLayout.JAVA_LONG, 0, nanos / 1_000_000_000L);
        time.set(ValueLayout.JAVA_LONG, 8, nanos % 1_000_000_000L);
        Syscalls.call(Syscalls.FUTEX, address, WAIT, value, time.address());
    }

    /** Wakes all who wait. */
    public static void wakeAll(long address) {
        Syscalls.call(Syscalls.FUTEX, address, WAKE, Integer.MAX_VALUE, 0);
    }
}
