package io.trapless.tracer.attach;

import java.util.List;

/**
 * Tells whether a thread is in some code, or comes back to it when a signal handler that it is in returns. For generated code that is all: it calls nothing outside itself, and what it does in
 * place of a displaced call pushes the original's return address ({@code binary.x86.Relocator}), so no other word of a stack leads there, whatever it looks like. On the {@link Ptracer} thread only.
 */
public final class StackScan {
    private StackScan() {}

    /**
     * Whether some stopped thread goes on in one of {@code ranges}.
     *
     * @param ranges generated code
     */
    public static boolean findsAny(StoppedThreads stopped, List<AddressRange> ranges) throws AttachException {
        boolean found = false;
        for (StoppedThread thread : stopped.threads()) {
            found |= contain(ranges, thread.registers().rip());
        }
        for (SignalFrames.Interrupted interrupted : stopped.interrupted()) {
            found |= contain(ranges, interrupted.rip());
        }
        return found;
    }

    /** Has the search through stacks compiled; the caller needs no target for it, and may be any thread. */
    public static void warmUp() {
        SignalFrames.warmUp();
    }

    private static boolean contain(List<AddressRange> ranges, long rip) {
        return ranges.stream().anyMatch(range -> range.contains(rip));
    }
}
