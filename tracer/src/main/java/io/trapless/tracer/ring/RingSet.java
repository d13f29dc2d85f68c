package io.trapless.tracer.ring;

import io.trapless.layout.RingDescriptor;
import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.linux.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The readers of all rings of a session with what they share. One thread polls; any thread may ask for statistics, which then lag behind. */
final class RingSet {
    private final List<RingReader> readers = new ArrayList<>();
    private final PacketCheck check;
    private final PacketSink sink;
    private final LongSupplier tscCycles;
    private final SourceReader sources;

    /** Where a ring's memory comes from. */
    interface MemorySource {
        RingMemory of(RingId ring) throws IOException;
    }

    RingSet(
            RingGeometry geometry,
            UUID uuid,
            List<RingId> rings,
            MemorySource memories,
            PacketScanner scanner,
            PacketSink sink,
            LongSupplier tscCycles,
            long beginCycles,
            long maxEvents,
            Runnable afterCopy)
            throws IOException {
        this.check = new PacketCheck(scanner, maxEvents);
        this.sink = sink;
        this.tscCycles = tscCycles;
        RingReader.Context context = new RingReader.Context(check, tscCycles, afterCopy);
        int size = geometry.subBufferSizeBytes();
        // Automatic: a consumer whose thread is stuck in a sink must not have its buffers unmapped below it.
        Arena arena = Arena.ofAuto();
        MemorySegment buffer = Memory.allocate(size, arena);
        MemorySegment marks = Memory.allocate(RingDescriptor.marksSize(size), arena);
        Function<RingId, PacketEmitter> emitters = ring -> new PacketEmitter(ring, uuid, beginCycles, check, sink);
        this.sources = new SourceReader(emitters, tscCycles);
        for (RingId ring : rings) {
            RingMemory memory = memories.of(ring);
            readers.add(
                    switch (ring.kind()) {
                        case RSEQ -> new RseqRingReader(memory, size, context, emitters.apply(ring), buffer);
                        case TRAP -> throw new IllegalArgumentException("the session has no ring " + ring);
                        case ATOMIC ->
                            new AtomicRingReader(
                                    memory,
                                    size,
                                    context,
                                    emitters.apply(ring),
                                    buffer,
                                    marks,
                                    () -> Memory.allocate(size, arena));
                    });
        }
    }

    /** Goes on where an earlier consumer has ended; before anything else. */
    void resume() {
        readers.forEach(RingReader::resume);
    }

    /** Lets further event ids be known. Any thread. */
    void add(List<EventType> events) {
        check.add(events);
    }

    /** Polls every ring once; whether anything was taken, or left for the next time. */
    boolean poll() throws IOException {
        if (sink.hasPlenty() && readers.stream().noneMatch(RingReader::isHalfFull)) {
            return true;
        }
        if (sink.wantsParts()) {
            long begin = tscCycles.getAsLong();
            long before = position();
            flush();
            sink.polled(begin);
            return position() != before;
        }
        boolean taken = false;
        for (int i = 0; i < readers.size(); i++) {
            taken |= readers.get(i).poll();
        }
        return taken;
    }

    void drain() throws IOException {
        long begin = tscCycles.getAsLong();
        for (RingReader reader : readers) {
            reader.drain();
        }
        sink.polled(begin);
    }

    void flush() throws IOException {
        for (RingReader reader : readers) {
            reader.flush();
        }
    }

    /** {@code histories}: one for each ring, in their order. */
    void snapshot(List<HeadHistory> histories) throws IOException {
        for (int i = 0; i < readers.size(); i++) {
            readers.get(i).snapshot(histories.get(i));
        }
    }

    void note(List<HeadHistory> histories) {
        for (int i = 0; i < readers.size(); i++) {
            readers.get(i).note(histories.get(i));
        }
    }

    static List<HeadHistory> emptyHistories(List<RingId> rings, RingGeometry geometry) {
        return rings.stream()
                .map(_ -> new HeadHistory(geometry.capacityBytes()))
                .toList();
    }

    void skipPresentHoles() {
        readers.forEach(RingReader::skipPresentHoles);
    }

    /** The sum of the writers' positions: it grows when anything is recorded. */
    long position() {
        long sum = 0;
        for (int i = 0; i < readers.size(); i++) {
            sum += readers.get(i).position();
        }
        return sum;
    }

    boolean isLimitReached() {
        return check.limitReached();
    }

    long eventsOf(int eventId) {
        return check.passedOf(eventId);
    }

    long eventsOf(int eventId, int pid) {
        return check.passedOf(eventId, pid);
    }

    /** Takes what sources have that are no rings. */
    boolean poll(List<EventSource> others) throws IOException {
        boolean any = false;
        for (int i = 0; i < others.size(); i++) {
            any |= others.get(i).poll(sources);
        }
        if (any) {
            sources.flush();
        }
        return any;
    }

    /** Emits what a flight recorder has kept of its sources. */
    void replay(SourceHistory history) throws IOException {
        history.replay(sources);
    }

    /** The same as {@link #poll(List)} for the last time. */
    void drain(List<EventSource> others) throws IOException {
        for (EventSource other : others) {
            other.drain(sources);
        }
        sources.flush();
    }

    /** Reads one counter for each ring that lost anything; negative ones were scribbled on and count 0. */
    long lostOf(int eventId) throws IOException {
        long sum = sources.lostOf(eventId);
        for (RingReader reader : readers) {
            if (reader.lost() != 0) {
                sum += Math.max(0, reader.memory.lostOf(eventId));
            }
        }
        return sum;
    }

    ConsumerStatistics statistics() {
        ConsumerStatistics sum = ConsumerStatistics.ZERO;
        for (RingReader reader : readers) {
            PacketEmitter emitter = reader.emitter;
            sum = new ConsumerStatistics(
                    sum.events() + emitter.events(),
                    sum.bytes() + emitter.bytes(),
                    sum.packets() + emitter.packets(),
                    sum.lost() + reader.lost(),
                    sum.malformedPackets() + reader.malformedPackets(),
                    sum.rejectedHeads() + reader.rejectedHeads(),
                    check.mendedTimes(),
                    sum.holes() + reader.holes(),
                    sum.overtakenSubBuffers() + reader.overtaken(),
                    sum.ringsBlockedByHole() + (reader.isBlockedByHole() ? 1 : 0));
        }
        return sources.addTo(sum);
    }
}
