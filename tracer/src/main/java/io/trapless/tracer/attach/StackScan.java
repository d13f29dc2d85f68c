package io.trapless.tracer.attach;

import java.util.List;

/**
 * Tells whether a thread may still come back to some code: whether its rip, another register, or any word of the stacks it uses points there. It is conservative: a stale word counts too. On
 * the {@link Ptracer} thread only.
 */
public final class StackScan {
    private StackScan() {}

    /**
     * Which of {@code ranges} some stopped thread points into.
     *
     * @return one flag a range
     */
    public static boolean[] find(StoppedThreads stopped, List<AddressRange> ranges) throws AttachException {
        boolean[] used = new boolean[ranges.size()];
        List<MemoryMapping> mappings = stopped.target().mappings();
        for (StoppedThread thread : stopped.threads()) {
            Registers registers = thread.registers();
            for (int register = Registers.R15; register <= Registers.RSP; register++) {
                mark(ranges, used, registers.get(register));
            }
            scan(stopped.target(), mappings, registers.rsp(), ranges, used);
        }
        for (SignalFrames.Interrupted interrupted : SignalFrames.find(stopped)) {
            mark(ranges, used, interrupted.rip());
            scan(stopped.target(), mappings, interrupted.rsp(), ranges, used);
        }
        return used;
    }

    /** Has the search through stacks compiled; the caller needs no target for it, and may be any thread. */
    public static void warmUp() {
        SignalFrames.warmUp();
    }

    private static void scan(
            TargetProcess target, List<MemoryMapping> mappings, long rsp, List<AddressRange> ranges, boolean[] used) {
        for (long word : StackWords.read(target, mappings, rsp).words()) {
            mark(ranges, used, word);
        }
    }

    private static void mark(List<AddressRange> ranges, boolean[] used, long word) {
        for (int i = 0; i < used.length; i++) {
            if (ranges.get(i).contains(word)) {
                used[i] = true;
            }
        }
    }
}
