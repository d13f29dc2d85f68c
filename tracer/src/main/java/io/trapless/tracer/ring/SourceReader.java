package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Packs the records of {@link EventSource}s into packets, one stream for each CPU. The consumer's thread only; counts may be read by others and lag behind. */
final class SourceReader implements EventSource.Output {
    /** Bytes. */
    static final int PACKET_SIZE = 64 << 10;

    private final Function<RingId, PacketEmitter> emitters;
    private final LongSupplier tscCycles;
    private final Map<Integer, Stream> streams = new HashMap<>();
    private final Map<Integer, Long> lostOf = new HashMap<>();
    private final List<Stream> ordered = new ArrayList<>();

    /** What one CPU's records are packed into. */
    private static final class Stream {
        final PacketEmitter emitter;
        final MemorySegment packet = Arena.ofAuto().allocate(PACKET_SIZE, 8);
        long size = PacketDescriptor.HEADER_SIZE;
        long lost;

        Stream(PacketEmitter emitter) {
            this.emitter = emitter;
        }
    }

    SourceReader(Function<RingId, PacketEmitter> emitters, LongSupplier tscCycles) {
        this.emitters = emitters;
        this.tscCycles = tscCycles;
    }

    private synchronized Stream stream(int cpu) {
        Stream stream = streams.get(cpu);
        if (stream == null) {
            stream = new Stream(emitters.apply(new RingId(RingKind.TRAP, cpu)));
            streams.put(cpu, stream);
            ordered.add(stream);
        }
        return stream;
    }

    @Override
    public void record(int cpu, MemorySegment record) throws IOException {
        Stream stream = stream(cpu);
        if (stream.size + record.byteSize() > PACKET_SIZE) {
            emit(stream);
        }
        MemorySegment.copy(record, 0, stream.packet, stream.size, record.byteSize());
        stream.size += record.byteSize();
    }

    @Override
    public void lost(int cpu, int eventId, long events) {
        stream(cpu).lost += events;
        addLost(eventId, events);
    }

    /** Losses of which packets tell already, or will. */
    synchronized void addLost(int eventId, long events) {
        lostOf.merge(eventId, events, Long::sum);
    }

    /**
     * Emits a packet that somebody else has packed, behind what has been taken from the sources.
     *
     * @param packet room for a header, and records
     * @param number of the packet among those of its CPU
     * @param begin,end TSC cycles
     * @param lost events of this CPU up to then
     */
    void replay(int cpu, MemorySegment packet, long number, long begin, long end, long lost) throws IOException {
        Stream stream = stream(cpu);
        MemorySegment.copy(packet, 0, stream.packet, 0, packet.byteSize());
        stream.lost = lost;
        stream.emitter.emit(stream.packet, packet.byteSize(), number, begin, end, lost, tscCycles.getAsLong());
    }

    /** Emits what has been taken from the sources. */
    void flush() throws IOException {
        for (int i = 0; i < ordered.size(); i++) {
            emit(ordered.get(i));
        }
    }

    private void emit(Stream stream) throws IOException {
        stream.emitter.emit(
                stream.packet,
                stream.size,
                PacketEmitter.NEXT_PACKET,
                PacketEmitter.UNKNOWN_TIME,
                PacketEmitter.UNKNOWN_TIME,
                stream.lost,
                tscCycles.getAsLong());
        stream.size = PacketDescriptor.HEADER_SIZE;
    }

    /** Any thread. */
    synchronized long lostOf(int eventId) {
        return lostOf.getOrDefault(eventId, 0L);
    }

    /** {@code sum} and what has come from here. Any thread. */
    synchronized ConsumerStatistics addTo(ConsumerStatistics sum) {
        long events = sum.events();
        long bytes = sum.bytes();
        long packets = sum.packets();
        long lost = sum.lost();
        for (Stream stream : ordered) {
            events += stream.emitter.events();
            bytes += stream.emitter.bytes();
            packets += stream.emitter.packets();
            lost += stream.lost;
        }
        return new ConsumerStatistics(
                events,
                bytes,
                packets,
                lost,
                sum.malformedPackets(),
                sum.rejectedHeads(),
                sum.mendedTimes(),
                sum.holes(),
                sum.overtakenSubBuffers(),
                sum.ringsBlockedByHole());
    }
}
