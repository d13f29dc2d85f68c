package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.trace.ctf.PacketCursor;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.merge.TimeMerge;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Events from live rings on their way to handlers: packets come in on one thread, ring by ring, and events go out on another, merged by time. What has come in but might still be overtaken by an older event of
 * another ring waits until all rings have been looked at once more.
 */
public final class LiveEvents {
    /** Packets that wait take at most so much memory; then their bringer waits, and the rings count what they lose. */
    private static final long MAX_WAITING_BYTES = 128L << 20;

    /** With so much of them, the rest had better stay in its ring for a while: memory that is new costs more than what is in it, and a thread that fetches it runs at the handlers' expense, which are slow for the JVM's first second. */
    private static final long PLENTY_BYTES = 16L << 20;

    /**
     * How long a writer may be between reading the clock and publishing its record, nanoseconds: a restartable sequence that is interrupted begins anew, so it is only the time that the machine
     * itself was taken away in the middle.
     */
    private static final long WINDOW_NANOS = 100_000;

    private final Object lock = new Object();
    private final Queue<Arrival> arrivals = new ArrayDeque<>();
    private long waitingBytes;

    /** Of all packets that have not been walked through. */
    private long heldBytes;

    private long polledTsc = Long.MIN_VALUE;
    private boolean closed;
    private boolean unbounded;
    private final PacketPool pool;

    // The handlers' thread only, from here on.

    private final PacketCursor.Events events = new PacketCursor.Events();
    private final @Nullable EventKind[] kinds = new EventKind[EventType.MAX_ID + 2];
    /** Packets that have been walked through. */
    private final List<Packet> done = new ArrayList<>();

    private final List<Ring> rings = new ArrayList<>();
    private final TimeMerge merge;
    private final long wallOffset;
    private @Nullable RecordMoment moment;
    private long window;
    private long frontier = Long.MIN_VALUE;
    private boolean drained;
    private long lastTsc = Long.MIN_VALUE;
    private long late;
    private long faults;

    /** What came in. */
    private sealed interface Arrival {}

    private record Clock(TraceClock clock) implements Arrival {}

    private record Known(EventKind kind) implements Arrival {}

    private static final class Packet implements Arrival {
        final int ring;
        final int cpu;
        final MemorySegment memory;
        final MemorySegment bytes;

        Packet(int ring, int cpu, MemorySegment memory, int size) {
            this.ring = ring;
            this.cpu = cpu;
            this.memory = memory;
            this.bytes = memory.asSlice(0, size);
        }
    }

    /** One ring's packets that wait to be merged. */
    private static final class Ring {
        final Queue<Packet> packets = new ArrayDeque<>();
        final PacketCursor cursor;
        boolean open;

        /** The one that the cursor is in. */
        @Nullable Packet current;

        Ring(PacketCursor.Events events) {
            cursor = new PacketCursor(events);
        }
    }

    /**
     * @param ringCount how many rings there can be
     * @param wallOffset the wall clock minus CLOCK_BOOTTIME, nanoseconds
     * @param memory gives memory of so many bytes for packets that wait; it is freed when nobody refers to it
     */
    public LiveEvents(int ringCount, long wallOffset, LongFunction<MemorySegment> memory) {
        this.pool = new PacketPool(memory);
        this.wallOffset = wallOffset;
        this.merge = new TimeMerge(ringCount);
        for (int i = 0; i < ringCount; i++) {
            rings.add(new Ring(events));
        }
    }

    // What brings events: any one thread at a time.

    /** How time stamps become wall time. Before everything else. */
    public void begin(TraceClock clock) {
        put(new Clock(clock));
    }

    /** An event id is for an action of the program. */
    public void known(EventType type, CheckedAction action) {
        put(new Known(EventKind.of(type, action)));
    }

    /**
     * A packet of a ring, checked. It is copied. Waits while too many wait already.
     *
     * @param ring its number, below the count
     */
    public void packet(int ring, int cpu, MemorySegment packet) {
        int size = Math.toIntExact(packet.byteSize());
        MemorySegment kept;
        synchronized (lock) {
            boolean interrupted = false;
            while (waitingBytes > MAX_WAITING_BYTES && !closed && !unbounded) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                    break;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            waitingBytes += size;
            heldBytes += size;
            kept = pool.take(size);
        }
        MemorySegment memory = kept != null ? kept : pool.allocate(size);
        MemorySegment.copy(packet, 0, memory, 0, size);
        put(new Packet(ring, cpu, memory, size));
    }

    private void put(Arrival arrival) {
        synchronized (lock) {
            arrivals.add(arrival);
        }
    }

    /** All that was committed in any ring by this time has come in. */
    public void polled(long tsc) {
        synchronized (lock) {
            polledTsc = tsc;
            if (!arrivals.isEmpty()) {
                lock.notifyAll();
            }
        }
    }

    /** Whether the handlers have enough to do. */
    public boolean hasPlenty() {
        synchronized (lock) {
            return heldBytes > PLENTY_BYTES && !unbounded;
        }
    }

    /** From now on nobody has to wait: what comes in is taken whatever its size. */
    public void takeAll() {
        synchronized (lock) {
            unbounded = true;
            lock.notifyAll();
        }
    }

    /** Nothing more comes in. */
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
    }

    // What takes events: the handlers' thread.

    /**
     * Hands over all events whose order is certain.
     *
     * @param timeoutNanos how long to wait for some at most
     */
    public void poll(EventSource.Sink sink, long timeoutNanos) throws InterruptedException {
        List<Arrival> batch = takeArrivals(timeoutNanos);
        for (Arrival arrival : batch) {
            switch (arrival) {
                case Clock(TraceClock clock) -> {
                    moment = new RecordMoment(clock, wallOffset);
                    window = (long) (WINDOW_NANOS * (clock.frequencyHz() / 1e9));
                }
                case Known(EventKind kind) -> {
                    kinds[kind.type().id()] = kind;
                    events.add(kind.type());
                }
                case Packet packet -> {
                    Ring ring = rings.get(packet.ring);
                    ring.packets.add(packet);
                    if (!ring.open) {
                        advance(packet.ring);
                    }
                }
            }
        }
        handle(sink);
    }

    @SuppressWarnings("WaitNotInLoop") // a wait that ends early takes nothing, and its caller comes again
    private List<Arrival> takeArrivals(long timeoutNanos) throws InterruptedException {
        List<Arrival> batch = new ArrayList<>();
        synchronized (lock) {
            for (Packet packet : done) {
                heldBytes -= packet.bytes.byteSize();
                pool.give(packet.memory);
            }
            done.clear();
            long millis = timeoutNanos / 1_000_000;
            if (arrivals.isEmpty() && !closed && millis > 0) {
                lock.wait(millis);
            }
            batch.addAll(arrivals);
            arrivals.clear();
            waitingBytes = 0;
            frontier = closed ? Long.MAX_VALUE : polledTsc;
            drained = closed;
            lock.notifyAll();
        }
        return batch;
    }

    /** Moves a ring to its next record, over packets. */
    private void advance(int index) {
        Ring ring = rings.get(index);
        while (!(ring.open && ring.cursor.advance())) {
            if (ring.current != null) {
                done.add(ring.current);
            }
            Packet packet = ring.packets.poll();
            ring.current = packet;
            ring.open = packet != null;
            if (packet == null) {
                merge.set(index, TimeMerge.EXHAUSTED);
                return;
            }
            ring.cursor.open(packet.bytes, packet.cpu);
        }
        merge.set(index, Math.min(ring.cursor.tsc(), TimeMerge.EXHAUSTED - 1));
    }

    private void handle(EventSource.Sink sink) {
        RecordMoment shown = moment;
        if (shown == null) {
            return;
        }
        long until = frontier == Long.MAX_VALUE ? frontier : frontier - window;
        int index;
        while ((index = merge.first()) >= 0 && merge.time(index) <= until && sink.wantsMore()) {
            Ring ring = rings.get(index);
            EventKind kind = kinds[ring.cursor.id()];
            if (kind != null) {
                ring.cursor.show(shown.record());
                shown.show(kind);
                late += ring.cursor.tsc() < lastTsc ? 1 : 0;
                lastTsc = Math.max(lastTsc, ring.cursor.tsc());
                if (kind.type().faultable()) {
                    faults += shown.faults();
                }
                sink.event(kind.action(), shown);
            }
            advance(index);
        }
    }

    /** Whether nothing more comes in and all was handed over. */
    public boolean isEnded() {
        return drained && merge.first() < 0;
    }

    /** Events that came after younger ones had been handed over. */
    public long late() {
        return late;
    }

    /** Values of records that could not be read in the target. */
    public long faults() {
        return faults;
    }
}
