package io.trapless.tracer.ring;

import io.trapless.layout.RecordDescriptor;
import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The records that the tests' writers write: event {@link #PLAIN} of a fixed size, and event {@link #LONG} with a buffer whose bytes follow from the sequence number. */
final class TestRecords {
    static final int PLAIN = 1;
    static final int LONG = 2;
    static final int PLAIN_SIZE = RecordDescriptor.HEADER_SIZE + 8;
    static final int MAX_TAIL = 24;

    private static final int SEQUENCE = RecordDescriptor.HEADER_SIZE;
    private static final int TAIL_LENGTH = SEQUENCE + 8;
    private static final int TAIL = TAIL_LENGTH + 2;

    private TestRecords() {}

    static PacketScanner scanner() {
        return new PacketScanner(List.of(
                new EventType(PLAIN, "plain", 0, List.of(FieldType.integer("seq", 8, false)), false),
                new EventType(
                        LONG, "long", 0, List.of(FieldType.integer("seq", 8, false), FieldType.bytes("tail")), false)));
    }

    static int idOf(long sequence) {
        return sequence % 5 == 3 ? LONG : PLAIN;
    }

    static int sizeOf(long sequence) {
        return idOf(sequence) == PLAIN ? PLAIN_SIZE : TAIL + tailLength(sequence);
    }

    private static int tailLength(long sequence) {
        return (int) (sequence * 7 % (MAX_TAIL + 1));
    }

    private static byte tailByte(long sequence, int i) {
        return (byte) (sequence * 31 + i * 7L + 1);
    }

    /** All of the record but its first eight bytes, in three stores at least; {@code part} 0 to 2. */
    static void writePart(int part, MemorySegment memory, long at, int tid, long sequence) {
        switch (part) {
            case 0 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, at + 8, tid);
            case 1 -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at + SEQUENCE, sequence);
            default -> {
                if (idOf(sequence) == LONG) {
                    int length = tailLength(sequence);
                    memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + TAIL_LENGTH, (short) length);
                    for (int i = 0; i < length; i++) {
                        memory.set(ValueLayout.JAVA_BYTE, at + TAIL + i, tailByte(sequence, i));
                    }
                }
            }
        }
    }

    /** Whether the bytes are exactly those of the record that they claim to be. */
    static boolean isIntact(MemorySegment packet, long at) {
        long sequence = sequence(packet, at);
        int id = packet.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xFFFF;
        if (sequence < 0 || id != idOf(sequence)) {
            return false;
        }
        if (id == LONG) {
            int length = packet.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + TAIL_LENGTH) & 0xFFFF;
            if (length != tailLength(sequence)) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (packet.get(ValueLayout.JAVA_BYTE, at + TAIL + i) != tailByte(sequence, i)) {
                    return false;
                }
            }
        }
        return true;
    }

    static long sequence(MemorySegment packet, long at) {
        return packet.get(ValueLayout.JAVA_LONG_UNALIGNED, at + SEQUENCE);
    }

    static int tid(MemorySegment packet, long at) {
        return packet.get(ValueLayout.JAVA_INT_UNALIGNED, at + 8);
    }
}
