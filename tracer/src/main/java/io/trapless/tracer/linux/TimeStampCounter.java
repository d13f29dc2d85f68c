package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The processor's time stamp counter, the clock of every record. {@code rdtsc} stands between two {@code lfence} (Intel SDM vol. 2, RDTSC): it is neither read before earlier
 * loads have their values nor after later loads have theirs, which is what a consumer needs that reads the clock before a ring's head. Any thread.
 */
public final class TimeStampCounter {
    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_MONOTONIC = 1;

    private static final MemorySegment READ =
            MachineCode.page(MachineCode.bytes("0f ae e8  0f 31  0f ae e8  48 c1 e2 20  48 09 d0  c3"));

    private TimeStampCounter() {}

    /** A counter value and the time of a kernel clock at the same instant, give or take {@code uncertaintyCycles}. */
    public record ClockPair(long cycles, long nanos, long uncertaintyCycles) {}

    /** Cycles since the processor was reset. */
    public static long read() {
        return Downcall.call(READ);
    }

    /** Nanoseconds of a kernel clock. */
    public static long clockNanos(int clock) {
        MemorySegment time = Syscalls.scratch();
        LinuxException.check(Syscalls.call(Syscalls.CLOCK_GETTIME, clock, time.address()), "clock_gettime");
        return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L + time.get(ValueLayout.JAVA_LONG, 8);
    }

    /**
     * Reads counter, clock, counter {@code tries} times and keeps the try with the smallest window; the clock is taken to stand in its middle. Some hundred tries give a window
     * of well under a microsecond even on a busy machine.
     */
    public static ClockPair sample(int clock, int tries) {
        long best = Long.MAX_VALUE;
        long cycles = 0;
        long nanos = 0;
        for (int i = 0; i < tries; i++) {
            long before = read();
            long now = clockNanos(clock);
            long window = read() - before;
            if (window < best) {
                best = window;
                cycles = before + window / 2;
                nanos = now;
            }
        }
        return new ClockPair(cycles, nanos, best / 2);
    }

    /** Why the counter cannot serve as a clock on this machine, in one sentence; null if it can. */
    public static @Nullable String unfitness() {
        return unfitness(Descriptors.readText("/proc/cpuinfo"));
    }

    /** {@link #unfitness()} for a given text of /proc/cpuinfo. */
    static @Nullable String unfitness(String cpuinfo) {
        for (String flag : new String[] {"constant_tsc", "nonstop_tsc"}) {
            int at = cpuinfo.indexOf("\nflags");
            int end = cpuinfo.indexOf('\n', at + 1);
            if (at < 0 || !(cpuinfo.substring(at, end < 0 ? cpuinfo.length() : end) + " ").contains(" " + flag + " ")) {
                return "the processor's time stamp counter is no clock here: /proc/cpuinfo does not list " + flag
                        + "; run on a machine (or a virtual machine type) that has it";
            }
        }
        return null;
    }
}
