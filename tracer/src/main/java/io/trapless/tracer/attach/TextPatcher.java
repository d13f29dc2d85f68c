package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Changes the text of a process all of whose threads stand still: first every byte is compared, then every thread that stands inside a change is found a place, and only
 * then anything is written. What can be done before they stand still is done when it is made, on any thread; the rest on the {@link Ptracer} thread only.
 */
public final class TextPatcher {
    private static final int PAGE = 4096;

    private final List<TextChange> changes;
    private final List<RipMove> moves;
    private final boolean firstByteToo;

    private TextPatcher(List<TextChange> changes, List<RipMove> moves, boolean firstByteToo) {
        this.firstByteToo = firstByteToo;
        this.changes = new ArrayList<>(changes);
        this.changes.sort(Comparator.comparingLong(TextChange::address));
        this.moves = new ArrayList<>(moves);
        this.moves.sort(Comparator.comparingLong(RipMove::from));
    }

    /**
     * For all changes or none.
     *
     * @param changes none may overlap another
     * @param moves for each instruction that begins inside a change, the first one too: its equal elsewhere
     */
    public static TextPatcher of(List<TextChange> changes, List<RipMove> moves) {
        return new TextPatcher(changes, moves, false);
    }

    /** The same for code that disappears: a thread that stands at the very beginning of a change is moved too. */
    public static TextPatcher ofWhole(List<TextChange> changes, List<RipMove> moves) {
        return new TextPatcher(changes, moves, true);
    }

    /**
     * Makes all changes or none.
     *
     * @return how many threads were moved
     * @throws AttachException BYTES_DIFFER or THREAD_IN_THE_WAY, with nothing changed; MEMORY_DENIED or TARGET_GONE if writing fails, with what was written taken back where that is possible
     */
    public int apply(StoppedThreads stopped) throws AttachException {
        if (!stopped.complete()) {
            throw new IllegalStateException("text is changed only while all threads stand still");
        }
        if (changes.isEmpty()) {
            return 0;
        }
        TargetProcess target = stopped.target();
        List<byte[]> spans = verify(target);
        List<ThreadMove> threadMoves = planMoves(stopped);
        // Threads first: a moved thread runs the copies, which are complete, whatever becomes of the tracer now.
        for (ThreadMove move : threadMoves) {
            move.apply(target);
            stopped.forgetInterrupted();
        }
        write(target, spans);
        return threadMoves.size();
    }

    /** Index behind the last change that begins on the same page as change {@code first}. */
    private int pageEnd(int first) {
        long page = changes.get(first).address() / PAGE;
        int i = first + 1;
        while (i < changes.size() && changes.get(i).address() / PAGE == page) {
            i++;
        }
        return i;
    }

    /** Reads the span of each page's changes and compares; returns the spans as they are now. */
    private List<byte[]> verify(TargetProcess target) throws AttachException {
        List<byte[]> spans = new ArrayList<>();
        for (int first = 0; first < changes.size(); ) {
            int behind = pageEnd(first);
            long start = changes.get(first).address();
            byte[] span =
                    target.readMemory(start, (int) (changes.get(behind - 1).end() - start));
            for (int i = first; i < behind; i++) {
                TextChange change = changes.get(i);
                if (i > 0 && changes.get(i - 1).end() > change.address()) {
                    throw new IllegalArgumentException("changes overlap at 0x" + Long.toHexString(change.address()));
                }
                compare(target, change, span, (int) (change.address() - start));
            }
            spans.add(span);
            first = behind;
        }
        return spans;
    }

    private static void compare(TargetProcess target, TextChange change, byte[] span, int offset)
            throws AttachException {
        for (int k = 0; k < change.expected().length; k++) {
            if (span[offset + k] != change.expected()[k]) {
                throw new AttachException(
                        Reason.BYTES_DIFFER,
                        "the code of process " + target.pid() + " at 0x" + Long.toHexString(change.address() + k)
                                + " is not what its file says (0x" + Integer.toHexString(span[offset + k] & 0xff)
                                + " for 0x"
                                + Integer.toHexString(change.expected()[k] & 0xff)
                                + "): another tracer or debugger, or the program itself, has changed it");
            }
        }
    }

    private List<ThreadMove> planMoves(StoppedThreads stopped) throws AttachException {
        List<ThreadMove> found = new ArrayList<>();
        for (StoppedThread thread : stopped.threads()) {
            Registers registers = thread.registers();
            // A system call that will be made again is an instruction yet to be executed, two bytes before rip.
            int back = registers.willRestart() ? InterruptedCalls.SYSCALL_LENGTH : 0;
            long next = registers.rip() - back;
            if (needsMove(next, registers.rip())) {
                found.add(new ThreadMove(thread, 0, moved(stopped.target(), next) + back));
            }
        }
        for (SignalFrames.Interrupted interrupted : stopped.interrupted()) {
            if (needsMove(interrupted.rip(), interrupted.rip())) {
                found.add(new ThreadMove(
                        interrupted.thread(), interrupted.ripAddress(), moved(stopped.target(), interrupted.rip())));
            }
        }
        return found;
    }

    /** Inside a change; or, before a change's first instruction that is a system call to be made again, with rip inside already. */
    private boolean needsMove(long next, long rip) {
        return inside(next) || (next != rip && inside(rip));
    }

    private boolean inside(long address) {
        int low = 0;
        int high = changes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            TextChange change = changes.get(middle);
            if (address < change.address() || (address == change.address() && !firstByteToo)) {
                high = middle - 1;
            } else if (address >= change.end()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    private long moved(TargetProcess target, long from) throws AttachException {
        int low = 0;
        int high = moves.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            RipMove move = moves.get(middle);
            if (move.from() == from) {
                return move.to();
            }
            if (move.from() < from) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw new AttachException(
                Reason.THREAD_IN_THE_WAY,
                "a thread of process " + target.pid() + " stands at 0x" + Long.toHexString(from)
                        + ", inside bytes that are to be replaced, and not before an instruction; try again");
    }

    private void write(TargetProcess target, List<byte[]> spans) throws AttachException {
        int page = 0;
        int first = 0;
        try {
            while (first < changes.size()) {
                writePage(target, first, spans.get(page), true);
                first = pageEnd(first);
                page++;
            }
        } catch (AttachException failed) {
            takeBack(target, spans, page);
            throw failed;
        }
    }

    private void takeBack(TargetProcess target, List<byte[]> spans, int pages) throws AttachException {
        int first = 0;
        for (int page = 0; page < pages; page++) {
            writePage(target, first, spans.get(page), false);
            first = pageEnd(first);
        }
    }

    private void writePage(TargetProcess target, int first, byte[] original, boolean replace) throws AttachException {
        long start = changes.get(first).address();
        byte[] span = original.clone();
        int behind = pageEnd(first);
        for (int i = first; i < behind && replace; i++) {
            TextChange change = changes.get(i);
            System.arraycopy(
                    change.replacement(), 0, span, (int) (change.address() - start), change.replacement().length);
        }
        target.writeMemory(start, span);
    }

    /** A thread's own rip ({@code ripAddress} 0), or the one a signal handler will return to. */
    private record ThreadMove(StoppedThread thread, long ripAddress, long to) {
        void apply(TargetProcess target) throws AttachException {
            if (ripAddress == 0) {
                thread.setRegisters(thread.registers().with(Registers.RIP, to));
            } else {
                byte[] bytes = new byte[8];
                Bytes.putLong(bytes, 0, to);
                target.writeMemory(ripAddress, bytes);
            }
        }
    }
}
