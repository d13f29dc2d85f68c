package io.trapless.trace.pairing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds, for each exit of a function, the entry that it belongs to, in one thread. The key is the stack pointer: at an entry it points at the return address, and at every exit of that call it does
 * again, however deep the calls in between were.
 *
 * <p>An event at a higher stack pointer than that of an open frame says that the frame is gone, unless the thread has several stacks and went to another one (a coroutine). Which of the two it was
 * only shows later, so such a frame is <em>doubtful</em>: if its exit still comes it was on another stack; if another call is entered in its very place, or the trace ends, it was unwound.
 *
 * <p>Several clauses may record the same entry and exit, each under an id of its own, always in the same order: they are one frame. For one thread; events in time order.
 */
final class FramePairing {
    /** What {@link #exit} returns for an exit whose entry was not seen. */
    static final long NO_ENTRY = Long.MIN_VALUE;

    private final Consumer<Frame> unwound;

    /** Open frames whose stack pointers decrease. */
    private final List<Frame> stack = new ArrayList<>();

    /** Doubtful frames by stack pointer, the latest last. */
    private final Map<Long, List<Frame>> doubtful = new HashMap<>();

    /** The frame that was left last, for other clauses' records of the same exit. */
    private Frame last = NONE;

    private static final Frame NONE = new Frame(-1, 0, NO_ENTRY, -1);

    /** One call. */
    static final class Frame {
        private final int function;
        private final long stackPointer;
        private final long entryTsc;
        private final int entryId;
        private int exitId = -1;
        private long leftTsc = NO_ENTRY;
        private int leftCpu;

        private Frame(int function, long stackPointer, long entryTsc, int entryId) {
            this.function = function;
            this.stackPointer = stackPointer;
            this.entryTsc = entryTsc;
            this.entryId = entryId;
        }

        long entryTsc() {
            return entryTsc;
        }

        int entryId() {
            return entryId;
        }

        /** When the thread was first seen above it; {@link #NO_ENTRY}: never. */
        long leftTsc() {
            return leftTsc;
        }

        int leftCpu() {
            return leftCpu;
        }
    }

    /**
     * @param unwound gets each frame of which it has become certain that it was unwound
     */
    FramePairing(Consumer<Frame> unwound) {
        this.unwound = unwound;
    }

    /**
     * A function is entered.
     *
     * @param id of the event
     * @param function whatever tells functions apart
     */
    void entry(int id, int function, long stackPointer, long tsc, int cpu) {
        last = NONE;
        doubtAllBelow(stackPointer, tsc, cpu);
        if (!stack.isEmpty()) {
            Frame top = stack.getLast();
            if (top.stackPointer == stackPointer) {
                if (top.function == function && top.entryId != id && top.entryTsc != NO_ENTRY) {
                    return; // another clause's record of the same entry
                }
                stack.removeLast();
                leave(top, tsc, cpu);
                unwound.accept(top);
            }
        }
        List<Frame> replaced = doubtful.remove(stackPointer);
        if (replaced != null) {
            replaced.forEach(unwound);
        }
        stack.add(new Frame(function, stackPointer, tsc, id));
    }

    /**
     * A function is left.
     *
     * @return when it was entered, or {@link #NO_ENTRY}
     */
    long exit(int id, int function, long stackPointer, long tsc, int cpu) {
        if (last.function == function && last.stackPointer == stackPointer && last.exitId != id) {
            return last.entryTsc; // another clause's record of the same exit
        }
        last = NONE;
        doubtAllBelow(stackPointer, tsc, cpu);
        Frame frame = take(function, stackPointer);
        if (frame == null) {
            return NO_ENTRY;
        }
        frame.exitId = id;
        last = frame;
        return frame.entryTsc;
    }

    private @Nullable Frame take(int function, long stackPointer) {
        if (!stack.isEmpty()) {
            Frame top = stack.getLast();
            if (top.stackPointer == stackPointer && top.function == function) {
                return stack.removeLast();
            }
        }
        List<Frame> there = doubtful.get(stackPointer);
        if (there != null) {
            for (int i = there.size() - 1; i >= 0; i--) {
                Frame frame = there.get(i);
                if (frame.function == function) {
                    there.remove(i);
                    if (there.isEmpty()) {
                        doubtful.remove(stackPointer);
                    }
                    return frame;
                }
            }
        }
        return null;
    }

    private void doubtAllBelow(long stackPointer, long tsc, int cpu) {
        while (!stack.isEmpty() && Long.compareUnsigned(stack.getLast().stackPointer, stackPointer) < 0) {
            Frame frame = stack.removeLast();
            leave(frame, tsc, cpu);
            doubtful.computeIfAbsent(frame.stackPointer, _ -> new ArrayList<>(1))
                    .add(frame);
        }
    }

    private static void leave(Frame frame, long tsc, int cpu) {
        frame.leftTsc = tsc;
        frame.leftCpu = cpu;
    }

    /**
     * The trace is over: every doubtful frame was unwound.
     *
     * @param unfinished gets the frames that nothing speaks against
     */
    void end(Consumer<Frame> unfinished) {
        doubtful.values().forEach(frames -> frames.forEach(unwound));
        doubtful.clear();
        stack.forEach(unfinished);
        stack.clear();
    }
}
