package io.trapless.tracer.session;

import io.trapless.layout.RingDescriptor;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.ring.RingId;
import io.trapless.tracer.ring.RingKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a thread of the target read a byte of every page of the rings, before the events get there. The first access to a page is a page fault; under a hypervisor that shadows page tables it costs microseconds
 * even where the page is entered in the process's own table already (so {@code MADV_POPULATE_WRITE} does not help): more than the events that fit on it.
 *
 * <p>The thread is lent for about a millisecond of its CPU time at a time, and only one that is at work or waits for no time: another would have to wait anew. Of rings that are larger than {@link #MAX_BYTES} in all, the rest is met by the events. On the {@code Ptracer} thread only.
 */
final class RingWarmUp {
    private static final long PAGE = 4096;

    /** A fifth of a second where a page costs 2 us. */
    private static final long MAX_BYTES = 512L << 20;

    private static final long LOAN_NANOS = 700_000;
    private static final long FIRST_STEP = 256L << 10;
    /** Whatever the last pages took: the next ones may take 4 us each. */
    private static final long MAX_STEP = 2L << 20;

    private final Standstill standstill;
    private final Gadgets gadgets;
    private final long routine;
    private final List<Piece> pieces;
    private int piece;
    private long offset;
    private long stepBytes = FIRST_STEP;
    private long touchedBytes;
    private long longestLoanNanos;

    /** Bytes at an address of the target. */
    record Piece(long address, long size) {}

    /**
     * @param routine the code region's {@code touchPages}
     */
    RingWarmUp(Standstill standstill, Gadgets gadgets, long routine, List<Piece> pieces) {
        this.standstill = standstill;
        this.gadgets = gadgets;
        this.routine = routine;
        this.pieces = pieces;
    }

    /** The rings that threads with rseq write: of each CPU the control block and the data. */
    static List<Piece> pieces(RingGeometry geometry, long rings) {
        List<Piece> pieces = new ArrayList<>();
        for (int cpu = 0; cpu < geometry.cpuCount(); cpu++) {
            long start = rings + geometry.ringOffset(new RingId(RingKind.RSEQ, cpu));
            pieces.add(new Piece(start, PAGE));
            pieces.add(new Piece(start + RingDescriptor.DATA_OFFSET, geometry.capacityBytes()));
        }
        return pieces;
    }

    /** Everything at once, for a process that stands still anyway. */
    void run() throws AttachException, IOException {
        for (Piece each : pieces) {
            if (touchedBytes < MAX_BYTES) {
                touch(each.address(), each.address() + each.size(), true);
            }
        }
    }

    /** How a step ended. */
    enum Step {
        MORE_TO_DO,
        /** Nothing was done. */
        NONE_PATIENT,
        OVER
    }

    /**
     * Lends a thread once.
     *
     * @param hurried any thread, for a whole piece, however long that takes
     */
    Step step(boolean hurried) throws AttachException, IOException {
        while (piece < pieces.size() && offset >= pieces.get(piece).size()) {
            piece++;
            offset = 0;
        }
        if (piece == pieces.size() || touchedBytes >= MAX_BYTES) {
            return Step.OVER;
        }
        Piece current = pieces.get(piece);
        long until = hurried ? current.size() : Math.min(current.size(), offset + stepBytes);
        if (!touch(current.address() + offset, current.address() + until, hurried)) {
            return Step.NONE_PATIENT;
        }
        offset = until;
        return Step.MORE_TO_DO;
    }

    /** Whether a thread was there for it. */
    private boolean touch(long from, long to, boolean anyThread) throws AttachException, IOException {
        long[] running = {1};
        Standstill.Work work = stopped -> {
            try (RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                long start = calls.cpuNanos();
                calls.run(routine, from, to);
                running[0] = Math.max(1, calls.cpuNanos() - start);
            }
        };
        long loan = anyThread ? standstill.one(work) : standstill.patient(work);
        if (loan == Standstill.NONE_PATIENT) {
            return false;
        }
        longestLoanNanos = Math.max(longestLoanNanos, loan);
        long bytes = to - from;
        touchedBytes += bytes;
        if (bytes == stepBytes) {
            // Halfway to what would have taken just as long as it may: one slow step is no reason to crawl.
            long fitting = (long) ((double) bytes * LOAN_NANOS / running[0]);
            stepBytes = Math.clamp((bytes + fitting) / 2, PAGE * 16, MAX_STEP) & -PAGE;
        }
        return true;
    }

    long longestLoanNanos() {
        return longestLoanNanos;
    }
}
