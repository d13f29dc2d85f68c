package io.trapless.tracer.ring;

import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RecordDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The newest records of a flight recorder's {@link EventSource}s: what its rings are to trampolines, but in the tracer's own memory, which ends with the tracer. Any thread.
 */
final class SourceHistory {
    private static final int FEWEST_PACKETS = 2;

    /** A record has 48 bits of its time: where so much lies between two of them, they go into different packets, of which the whole time is known. */
    private static final long LONGEST_GAP_CYCLES = PacketEmitter.LOW_48 / 2;

    private final long mostPackets;
    private final LongSupplier tscCycles;
    private final long beginCycles;
    private final Map<Integer, Cpu> cpus = new TreeMap<>();
    private final Map<Integer, Long> lostOf = new HashMap<>();

    /**
     * Records of one CPU.
     *
     * <p>{@code lost}: events that had been lost on this CPU when it was begun or told of a loss; {@code begin} and {@code end}: TSC cycles of its first and last record.
     */
    private static final class Packet {
        final MemorySegment memory;
        long number;
        long size;
        long begin;
        long end;
        long lost;

        Packet(MemorySegment memory) {
            this.memory = memory;
        }
    }

    /** The packets of one CPU, the newest last, and what is true behind them. */
    private static final class Cpu {
        final Deque<Packet> packets = new ArrayDeque<>();
        long begun;
        long end;
        long lost;
    }

    /**
     * @param capacityBytes of each CPU's packets, about
     * @param tscCycles reads the time stamp counter
     * @param beginCycles TSC when the session began
     */
    SourceHistory(long capacityBytes, LongSupplier tscCycles, long beginCycles) {
        this.mostPackets = Math.max(FEWEST_PACKETS, capacityBytes / SourceReader.PACKET_SIZE);
        this.tscCycles = tscCycles;
        this.beginCycles = beginCycles;
    }

    /** Takes in what has come from the sources; whether anything has. */
    synchronized boolean take(List<EventSource> sources) throws IOException {
        boolean any = false;
        for (EventSource source : sources) {
            any |= source.poll(new Taken());
        }
        return any;
    }

    /** The same for the last time. */
    synchronized void drain(List<EventSource> sources) throws IOException {
        for (EventSource source : sources) {
            source.drain(new Taken());
        }
    }

    /** Has all that is kept written. */
    synchronized void replay(SourceReader reader) throws IOException {
        for (Map.Entry<Integer, Cpu> cpu : cpus.entrySet()) {
            for (Packet packet : cpu.getValue().packets) {
                reader.replay(
                        cpu.getKey(),
                        packet.memory.asSlice(0, packet.size),
                        packet.number,
                        packet.begin,
                        packet.end,
                        packet.lost);
            }
        }
        lostOf.forEach(reader::addLost);
    }

    private Cpu cpu(int cpu) {
        return cpus.computeIfAbsent(cpu, _ -> {
            Cpu fresh = new Cpu();
            fresh.end = beginCycles;
            return fresh;
        });
    }

    private Packet begin(Cpu cpu) {
        Packet packet = cpu.packets.size() < mostPackets
                ? new Packet(Arena.ofAuto().allocate(SourceReader.PACKET_SIZE, Long.BYTES))
                : cpu.packets.removeFirst();
        packet.number = cpu.begun++;
        packet.size = PacketDescriptor.HEADER_SIZE;
        packet.begin = cpu.end;
        packet.end = cpu.end;
        packet.lost = cpu.lost;
        cpu.packets.addLast(packet);
        return packet;
    }

    private final class Taken implements EventSource.Output {
        @Override
        public void record(int number, MemorySegment record) {
            Cpu cpu = cpu(number);
            long now = tscCycles.getAsLong();
            long low = record.get(ValueLayout.JAVA_LONG_UNALIGNED, RecordDescriptor.ID_OFFSET) >>> 16;
            long time = Math.max(cpu.end, now - (now - low & PacketEmitter.LOW_48));
            Packet packet = cpu.packets.peekLast();
            if (packet == null
                    || packet.size + record.byteSize() > SourceReader.PACKET_SIZE
                    || time - cpu.end >= LONGEST_GAP_CYCLES) {
                packet = begin(cpu);
            }
            if (packet.size == PacketDescriptor.HEADER_SIZE) {
                packet.begin = time;
            }
            MemorySegment.copy(record, 0, packet.memory, packet.size, record.byteSize());
            packet.size += record.byteSize();
            packet.end = time;
            cpu.end = time;
        }

        @Override
        public void lost(int number, int eventId, long events) {
            Cpu cpu = cpu(number);
            cpu.lost += events;
            lostOf.merge(eventId, events, Long::sum);
            Packet last = cpu.packets.peekLast();
            Packet packet = last == null ? begin(cpu) : last;
            packet.lost = cpu.lost;
        }
    }
}
