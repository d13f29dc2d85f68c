package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.RingDescriptor.CONSUMED_OFFSET;
import static io.trapless.layout.RingDescriptor.HEAD_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_BY_EVENT_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_OFFSET;
import static io.trapless.layout.RingDescriptor.SPOILED_OFFSET;

import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A thread that records into an atomic ring, one load, store or locked instruction a step; several run in any interleaving. */
final class AtomicWriter {
    final List<Long> committed = new ArrayList<>();
    long lost;

    private final TestRing ring;
    private final RecordingMode mode;
    private final int tid;
    private long next;
    private int pc;
    private long head;
    private long position;
    private long consumed;
    private long tsc;

    AtomicWriter(TestRing ring, RecordingMode mode, int tid) {
        this.ring = ring;
        this.mode = mode;
        this.tid = tid;
    }

    /** Between a record's reservation and its commit. */
    boolean isInsideHole() {
        return pc >= 4 && pc <= 10;
    }

    int tid() {
        return tid;
    }

    private long paddedSize() {
        return (TestRecords.sizeOf(next) + 7L) & -8L;
    }

    void step() {
        long size = paddedSize();
        switch (pc) {
            case 0 -> {
                head = ring.get(HEAD_OFFSET);
                pc = 1;
            }
            case 1 -> {
                consumed = ring.get(CONSUMED_OFFSET);
                long end = RingDescriptor.subBufferEnd(head, ring.subBufferSize);
                boolean crosses = head + size > end;
                position = crosses ? end + HEADER_SIZE : head;
                boolean free = mode == RecordingMode.OVERWRITE || end + ring.subBufferSize - consumed <= ring.capacity;
                pc = crosses && !free ? 20 : 2;
            }
            case 2 -> {
                tsc = ++ring.tsc;
                pc = 3;
            }
            case 3 -> {
                if (ring.get(HEAD_OFFSET) == head) {
                    ring.set(HEAD_OFFSET, position + size);
                    boolean pad = position != head && head % ring.subBufferSize != 0;
                    pc = pad ? 4 : 6;
                } else {
                    pc = 0;
                }
            }
            case 4 -> {
                ring.memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, ring.dataOffset(head), (short) RingDescriptor.PAD_ID);
                pc = 5;
            }
            case 5 -> {
                mark(head);
                pc = mode == RecordingMode.OVERWRITE ? 10 : 6;
            }
            case 6 -> {
                ring.set(ring.dataOffset(position), RecordDescriptor.header(TestRecords.idOf(next), tsc));
                pc = 7;
            }
            case 7 -> {
                TestRecords.writePart(0, ring.memory, ring.dataOffset(position), tid, next);
                TestRecords.writePart(1, ring.memory, ring.dataOffset(position), tid, next);
                pc = 8;
            }
            case 8 -> {
                TestRecords.writePart(2, ring.memory, ring.dataOffset(position), tid, next);
                pc = 9;
            }
            case 9 -> {
                mark(position);
                committed.add(next);
                if (mode == RecordingMode.OVERWRITE) {
                    pc = 11;
                } else {
                    next++;
                    pc = 0;
                }
            }
            case 10 -> {
                spoilsIfLate(head);
                pc = 6;
            }
            case 11 -> {
                if (spoilsIfLate(position)) {
                    committed.removeLast();
                    pc = 20;
                } else {
                    next++;
                    pc = 0;
                }
            }
            case 20 -> {
                long offset = LOST_BY_EVENT_OFFSET + 8L * TestRecords.idOf(next);
                ring.set(offset, ring.get(offset) + 1);
                pc = 21;
            }
            default -> {
                ring.set(LOST_OFFSET, ring.get(LOST_OFFSET) + 1);
                lost++;
                next++;
                pc = 0;
            }
        }
    }

    private boolean spoilsIfLate(long at) {
        long now = ring.get(HEAD_OFFSET);
        long start = at - at % ring.subBufferSize;
        boolean late = now > start + ring.capacity;
        if (late) {
            int slot = (int) (start / ring.subBufferSize % SessionHeaderDescriptor.SUB_BUFFER_COUNT);
            ring.set(SPOILED_OFFSET + 8L * slot, now);
        }
        return late;
    }

    private void mark(long at) {
        ring.memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, ring.markOffset(at), (short)
                RingDescriptor.lapMark(at, ring.capacity));
    }
}
