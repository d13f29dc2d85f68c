package io.trapless.trace.ctf;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TracedThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** Writes packets until there is no more room; says how many events are in those that were accepted, and what the error was. */
final class FullDiskMain {
    static final int EVENTS = 5000;

    private FullDiskMain() {}

    public static void main(String[] arguments) throws Exception {
        EventType type = new EventType(0, "e", 42, List.of(FieldType.integer("n", 4, true)), false);
        var schema = new RandomTrace(1).schema().withEvents(List.of(type));
        long written = 0;
        try (TraceDirectory trace = TraceDirectory.create(Path.of(arguments[0]), schema);
                Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(PacketHeader.SIZE_BYTES + EVENTS * 20L);
            try {
                for (int k = 0; k < 10_000; k++) {
                    long begin = (1L << 40) + k * 10_000L;
                    for (int i = 0; i < EVENTS; i++) {
                        packet.set(
                                ValueLayout.JAVA_LONG_UNALIGNED, PacketHeader.SIZE_BYTES + i * 20L, (begin + i) << 16);
                        packet.set(ValueLayout.JAVA_INT_UNALIGNED, PacketHeader.SIZE_BYTES + i * 20L + 12, 42);
                    }
                    new PacketHeader(
                                    schema.uuid(),
                                    begin,
                                    begin + EVENTS,
                                    packet.byteSize(),
                                    packet.byteSize(),
                                    k,
                                    0,
                                    0,
                                    0)
                            .writeTo(packet, 0);
                    trace.append(0, PacketHeader.RING_RSEQ, packet);
                    written += EVENTS;
                }
            } catch (TraceException e) {
                System.err.println(e.getMessage());
            }
            trace.writeThreads(List.of(new TracedThread(1, 42, "x")));
            trace.replaceMetadata(schema);
        }
        System.out.println("written " + written);
    }
}
