package io.trapless.tracer.ring;

import io.trapless.trace.ctf.PacketScanner;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;

/** Copies what the rings of a session hold now, without releasing anything: for a flight recorder that goes on, and for a session whose tracer has died. */
public final class RingSnapshot {
    private final RingSet rings;
    private final List<HeadHistory> histories;
    private final SourceHistory sources;
    private final Runnable afterCopy;

    /**
     * Of a session of which nobody knows where its writers were before.
     *
     * @param scanner knows every event id of the session
     * @param tscCycles reads the time stamp counter
     * @param beginCycles TSC when the session began
     */
    public RingSnapshot(
            SessionFile file, PacketScanner scanner, PacketSink sink, LongSupplier tscCycles, long beginCycles)
            throws IOException {
        this(
                file,
                scanner,
                sink,
                tscCycles,
                beginCycles,
                RingSet.emptyHistories(file.rings(), file.geometry()),
                new SourceHistory(0, tscCycles, beginCycles),
                () -> {});
    }

    RingSnapshot(
            SessionFile file,
            PacketScanner scanner,
            PacketSink sink,
            LongSupplier tscCycles,
            long beginCycles,
            List<HeadHistory> histories,
            SourceHistory sources,
            Runnable afterCopy)
            throws IOException {
        this.histories = histories;
        this.sources = sources;
        this.afterCopy = afterCopy;
        this.rings = new RingSet(
                file.geometry(),
                file.uuid(),
                file.rings(),
                file::memory,
                scanner,
                sink,
                tscCycles,
                beginCycles,
                RingConsumer.UNLIMITED,
                afterCopy);
    }

    /**
     * Takes the newest whole sub-buffers and the begun one of every ring, once. Writers may go on; sub-buffers that they overtake are dropped and counted.
     *
     * @throws IOException of the sink or of the ring file; the message is one sentence for the user
     */
    public ConsumerStatistics take() throws IOException {
        try {
            rings.snapshot(histories);
            afterCopy.run();
            rings.replay(sources);
            return rings.statistics();
        } catch (InternalError e) {
            throw new SessionFileException(
                    SessionFileException.Reason.DAMAGED,
                    "the ring file has been truncated while it was read (" + e.getMessage() + ")");
        }
    }

    /** Records with this event id that went to the sink. */
    public long eventsOf(int eventId) {
        return rings.eventsOf(eventId);
    }

    /** Events with this id that writers lost. */
    public long lostOf(int eventId) throws IOException {
        return rings.lostOf(eventId);
    }
}
