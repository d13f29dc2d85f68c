package io.trapless.tracer.ring;

import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.EventType;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that empties a session's rings while targets record, and tells waiting writers that it lives.
 *
 * <p>Discard and block mode: whole sub-buffers are copied, checked, handed to the sink and released; {@link #finish} takes the begun ones too. Overwrite mode: nothing is taken while
 * recording but what other sources have, which the consumer keeps itself; {@link #finish} takes the newest sub-buffers of each ring, and what it has kept.
 *
 * <p>It polls, for writers make no system call that could wake it: every 0.2 ms while there is work, and ever more seldom, down to every 40 ms (2 ms with small rings), while there is none.
 */
public final class RingConsumer implements AutoCloseable {
    /** No limit for {@code maxEvents}. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    /** A ring is read before a gigabyte a second could fill it. */
    private static final long MIN_IDLE_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long HEARTBEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Often enough that the 48 bits of a record's time never wrap around unseen, at any clock rate. */
    private static final long CLOCK_WATCH_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Told of what ends a recording early; called once each, on the consumer's thread, and must return soon. */
    public interface Listener {
        /** The wanted number of events has been taken; all later ones are dropped. */
        void limitReached();

        /** Nothing more can be taken; the message is one sentence for the user. The rings fill and count what they lose. */
        void failed(IOException failure);
    }

    /** Something to be done between two packets. */
    public interface Cut {
        /** Called on the consumer's thread; a failure ends the consumer as one of the sink does. */
        void perform() throws IOException;
    }

    /** One that waits for its turn; {@code done} tells whether it came. */
    private record PendingCut(Cut cut, CompletableFuture<Boolean> done) {}

    private final SessionFile file;
    private final RingSet rings;
    private final List<HeadHistory> histories;
    private final LongSupplier tscCycles;
    private final long beginCycles;
    private final Listener listener;
    private final Queue<PendingCut> cuts = new ConcurrentLinkedQueue<>();
    private final List<EventSource> sources = new CopyOnWriteArrayList<>();
    private final SourceHistory kept;
    private final Thread thread;
    private final long idleParkNanos;

    private volatile boolean finishing;
    private volatile boolean ended;
    private volatile @Nullable IOException failure;
    private boolean limitTold;
    private long parkNanos = MIN_PARK_NANOS;
    private long nextBeatNanos = System.nanoTime();
    private long nextWatchNanos = System.nanoTime();

    /**
     * @param scanner knows every event id; from now on the consumer's thread's own
     * @param tscCycles reads the time stamp counter
     * @param beginCycles TSC when the session began
     * @param maxEvents events after which to stop taking, or {@link #UNLIMITED}; exactly so many reach the sink if so many are recorded, not necessarily the earliest
     */
    public RingConsumer(
            SessionFile file,
            PacketScanner scanner,
            PacketSink sink,
            LongSupplier tscCycles,
            long beginCycles,
            long maxEvents,
            Listener listener)
            throws IOException {
        this.file = file;
        this.tscCycles = tscCycles;
        this.beginCycles = beginCycles;
        this.listener = listener;
        RingGeometry geometry = file.geometry();
        this.histories = RingSet.emptyHistories(file.rings(), geometry);
        this.kept = new SourceHistory(geometry.capacityBytes(), tscCycles, beginCycles);
        this.rings = new RingSet(
                geometry,
                file.uuid(),
                file.rings(),
                file::memory,
                scanner,
                sink,
                tscCycles,
                beginCycles,
                maxEvents,
                () -> {});
        // At 1 byte a nanosecond a ring of C bytes fills in C ns.
        this.idleParkNanos = Math.clamp(geometry.capacityBytes(), MIN_IDLE_PARK_NANOS, MAX_PARK_NANOS);
        this.thread = Thread.ofPlatform().name("trapless-consumer").daemon().unstarted(this::run);
    }

    /** Goes on where an earlier consumer of the same session has ended. To be called before {@link #start}. */
    public void resume() {
        rings.resume();
    }

    /** Lets further event ids be known; once this returns records with them may be written. Any thread. */
    public void add(List<EventType> events) {
        rings.add(events);
    }

    public void start() {
        thread.start();
    }

    /**
     * Ends the consumer when every writer has ended or been detached: takes what is left, begun sub-buffers too, and skips what was reserved and never written.
     *
     * @throws IOException the failure that {@link Listener#failed} was told of, or one of the last packets
     */
    public ConsumerStatistics finish() throws IOException, InterruptedException {
        finishing = true;
        LockSupport.unpark(thread);
        if (thread.getState() == Thread.State.NEW) {
            run();
        }
        thread.join();
        IOException failed = failure;
        if (failed != null) {
            throw failed;
        }
        return rings.statistics();
    }

    /** Takes records from another source too from now on, to the same sink. Any thread. */
    public void add(EventSource source) {
        sources.add(source);
    }

    /**
     * Takes all that is committed now, begun sub-buffers too, and then runs {@code cut} before anything more is taken: whatever is committed after this call comes behind the cut. Any thread but the
     * consumer's; waits.
     *
     * @return false if the consumer has ended, and will not do it
     * @throws IllegalStateException in overwrite mode, in which nothing is taken
     */
    public boolean cut(Cut cut) throws InterruptedException {
        if (isOverwriting()) {
            throw new IllegalStateException("nothing is taken while a flight recorder records");
        }
        PendingCut pending = new PendingCut(cut, new CompletableFuture<>());
        cuts.add(pending);
        LockSupport.unpark(thread);
        if (ended || thread.getState() == Thread.State.NEW) {
            refuseCuts();
        }
        try {
            return pending.done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes in what other sources have for a flight recorder by now: the consumer does so a little later. Any thread. */
    public void keepSources() throws IOException {
        kept.take(sources);
    }

    /**
     * What the rings of a flight recorder hold now, and what has been kept of other sources, to be taken by the calling thread while recording goes on. Any thread, also several at a time.
     *
     * @param events every event that is known now; asked again and again, for a session may find more while the snapshot is taken
     */
    public RingSnapshot snapshot(Supplier<List<EventType>> events, PacketSink sink) throws IOException {
        List<EventType> first = events.get();
        PacketScanner scanner = new PacketScanner(first);
        int[] known = {first.size()};
        Runnable learn = () -> {
            List<EventType> all = events.get();
            all.subList(known[0], all.size()).forEach(scanner::add);
            known[0] = all.size();
        };
        keepSources();
        return new RingSnapshot(file, scanner, sink, tscCycles, beginCycles, histories, kept, learn);
    }

    private boolean isOverwriting() {
        return file.geometry().mode() == RecordingMode.OVERWRITE;
    }

    /** What has been done so far; while recording it lags behind a little. Any thread. */
    public ConsumerStatistics statistics() {
        return rings.statistics();
    }

    /** Records with this event id that went to the sink; while recording it lags behind a little. Any thread. */
    public long eventsOf(int eventId) {
        return rings.eventsOf(eventId);
    }

    /** Of them, those of one process, as its records say. Any thread. */
    public long eventsOf(int eventId, int pid) {
        return rings.eventsOf(eventId, pid);
    }

    /** Events with this id that writers lost. Call it after {@link #finish}. */
    public long lostOf(int eventId) throws IOException {
        return rings.lostOf(eventId);
    }

    /**
     * Lets atomic rings skip the places that are reserved and not filled now. Call it while every thread of every target is stopped and none stands in a trampoline: then nobody will fill them.
     * {@link ConsumerStatistics#ringsBlockedByHole} says when it is worth the trouble. Any thread.
     */
    public void skipPresentHoles() {
        rings.skipPresentHoles();
        LockSupport.unpark(thread);
    }

    /** Ends the thread as {@link #finish} does, if that has not been called; a failure is kept to itself. */
    @Override
    public void close() {
        if (thread.isAlive()) {
            finishing = true;
            LockSupport.unpark(thread);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        boolean overwrite = isOverwriting();
        try {
            while (!finishing) {
                long before = rings.position();
                boolean taken = !overwrite && rings.poll();
                taken |= overwrite ? kept.take(sources) : rings.poll(sources);
                performCuts();
                tellLimit();
                beat();
                watchClock();
                park(taken || rings.position() != before);
            }
            performCuts();
            if (overwrite) {
                kept.drain(sources);
                rings.snapshot(histories);
                rings.replay(kept);
            } else {
                rings.drain(sources);
                rings.drain();
            }
            tellLimit();
        } catch (IOException e) {
            fail(e);
        } catch (InternalError e) {
            // HotSpot's answer to SIGBUS: the mapped control block is no longer backed by the file.
            fail(new SessionFileException(
                    SessionFileException.Reason.DAMAGED,
                    "the ring file has been truncated while it was in use (" + e.getMessage() + "); end the session"));
        } catch (RuntimeException e) {
            // A bug; but a recording that says nothing and takes nothing would be worse than one that ends.
            fail(new IOException("internal error while records were taken (" + e + ")", e));
        } finally {
            ended = true;
            refuseCuts();
            beatLast();
        }
    }

    private void performCuts() throws IOException {
        for (PendingCut pending = cuts.poll(); pending != null; pending = cuts.poll()) {
            boolean done = false;
            try {
                rings.flush();
                rings.poll(sources);
                pending.cut.perform();
                done = true;
            } finally {
                pending.done.complete(done);
            }
        }
    }

    private void refuseCuts() {
        for (PendingCut pending = cuts.poll(); pending != null; pending = cuts.poll()) {
            pending.done.complete(false);
        }
    }

    /** Sees to it that the time of a rare event can be told: a record has only 48 bits of it. */
    private void watchClock() throws IOException {
        long now = System.nanoTime();
        if (now - nextWatchNanos < 0) {
            return;
        }
        nextWatchNanos = now + CLOCK_WATCH_NANOS;
        if (isOverwriting()) {
            rings.note(histories);
        } else {
            rings.flush();
        }
    }

    private void fail(IOException e) {
        failure = e;
        listener.failed(e);
    }

    private void tellLimit() {
        if (!limitTold && rings.isLimitReached()) {
            limitTold = true;
            listener.limitReached();
        }
    }

    private void beat() {
        long now = System.nanoTime();
        if (now - nextBeatNanos >= 0) {
            nextBeatNanos = now + HEARTBEAT_NANOS;
            file.beat(tscCycles.getAsLong());
        }
    }

    private void beatLast() {
        try {
            file.beat(0);
        } catch (InternalError e) {
            if (failure == null) {
                fail(new IOException("the ring file has been truncated while it was in use", e));
            }
        }
    }

    private void park(boolean busy) {
        parkNanos = busy ? MIN_PARK_NANOS : Math.min(2 * parkNanos, idleParkNanos);
        LockSupport.parkNanos(this, parkNanos);
    }
}
