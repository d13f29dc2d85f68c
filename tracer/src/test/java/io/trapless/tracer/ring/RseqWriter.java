package io.trapless.tracer.ring;

import static io.trapless.layout.PacketDescriptor.CONTENT_SIZE_OFFSET;
import static io.trapless.layout.PacketDescriptor.EVENTS_DISCARDED_OFFSET;
import static io.trapless.layout.PacketDescriptor.HEADER_SIZE;
import static io.trapless.layout.PacketDescriptor.SEQUENCE_NUMBER_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_BEGIN_OFFSET;
import static io.trapless.layout.PacketDescriptor.TIMESTAMP_END_OFFSET;
import static io.trapless.layout.RingDescriptor.CONSUMED_OFFSET;
import static io.trapless.layout.RingDescriptor.HEAD_OFFSET;
import static io.trapless.layout.RingDescriptor.LIMIT_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_BY_EVENT_OFFSET;
import static io.trapless.layout.RingDescriptor.LOST_OFFSET;

import io.trapless.layout.RecordDescriptor;
import io.trapless.layout.RingDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * A thread that records into an rseq ring, one load or store a step. {@link #abort} is what the kernel does to it at a preemption, a migration or a signal: the restartable sequence it is in
 * begins again. Several of them may share the ring if the one that leaves the CPU is aborted.
 */
final class RseqWriter {
    /** Where it is: a loss is counted in two sequences after that of the record. */
    private enum Sequence {
        RECORD,
        COUNT_LOST_OF,
        COUNT_LOST
    }

    final List<Long> committed = new ArrayList<>();
    long lost;

    private final TestRing ring;
    private final RecordingMode mode;
    private final int tid;
    private long next;
    private Sequence sequence = Sequence.RECORD;
    private int pc;
    private long head;
    private long limit;
    private long tsc;
    private long counter;

    RseqWriter(TestRing ring, RecordingMode mode, int tid) {
        this.ring = ring;
        this.mode = mode;
        this.tid = tid;
    }

    void abort() {
        pc = 0;
    }

    void step() {
        switch (sequence) {
            case RECORD -> stepRecord();
            case COUNT_LOST_OF -> stepCount(LOST_BY_EVENT_OFFSET + 8L * TestRecords.idOf(next), Sequence.COUNT_LOST);
            case COUNT_LOST -> {
                boolean last = pc == 1;
                stepCount(LOST_OFFSET, Sequence.RECORD);
                if (last) {
                    lost++;
                    next++;
                }
            }
        }
    }

    private void stepCount(long offset, Sequence then) {
        if (pc++ == 0) {
            counter = ring.get(offset);
        } else {
            ring.set(offset, counter + 1);
            enter(then);
        }
    }

    private void stepRecord() {
        switch (pc) {
            case 0 -> {
                head = ring.get(HEAD_OFFSET);
                pc = 1;
            }
            case 1 -> {
                limit = ring.get(LIMIT_OFFSET);
                pc = head + TestRecords.sizeOf(next) <= limit ? 2 : 10;
            }
            case 2 -> {
                ring.memory.set(
                        TestRing.LONG,
                        ring.dataOffset(head),
                        RecordDescriptor.header(TestRecords.idOf(next), ++ring.tsc));
                pc = 3;
            }
            case 3, 4, 5 -> {
                TestRecords.writePart(pc - 3, ring.memory, ring.dataOffset(head), tid, next);
                pc++;
            }
            case 6 -> {
                ring.set(HEAD_OFFSET, head + TestRecords.sizeOf(next));
                committed.add(next++);
                enter(Sequence.RECORD);
            }
            default -> stepSlow();
        }
    }

    private void stepSlow() {
        long end = RingDescriptor.subBufferEnd(head, ring.subBufferSize);
        long old = ring.dataOffset(end - ring.subBufferSize);
        long fresh = ring.dataOffset(end);
        switch (pc) {
            case 10 -> {
                if (limit != end) {
                    ring.set(LIMIT_OFFSET, end);
                    enter(Sequence.RECORD);
                } else {
                    pc = 11;
                }
            }
            case 11 -> {
                boolean free = end + ring.subBufferSize - ring.get(CONSUMED_OFFSET) <= ring.capacity;
                if (mode == RecordingMode.OVERWRITE || free) {
                    tsc = ++ring.tsc;
                    pc = 12;
                } else if (mode == RecordingMode.DISCARD) {
                    enter(Sequence.COUNT_LOST_OF);
                } else {
                    enter(Sequence.RECORD);
                }
            }
            case 12 -> store(old + TIMESTAMP_END_OFFSET, tsc);
            case 13 -> store(old + CONTENT_SIZE_OFFSET, 8 * (head - (end - ring.subBufferSize)));
            case 14 -> store(old + EVENTS_DISCARDED_OFFSET, ring.get(LOST_OFFSET));
            case 15 -> store(fresh + TIMESTAMP_BEGIN_OFFSET, tsc);
            case 16 -> store(fresh + SEQUENCE_NUMBER_OFFSET, end / ring.subBufferSize);
            default -> {
                ring.set(HEAD_OFFSET, end + HEADER_SIZE);
                enter(Sequence.RECORD);
            }
        }
    }

    private void store(long offset, long value) {
        ring.set(offset, value);
        pc++;
    }

    private void enter(Sequence then) {
        sequence = then;
        pc = 0;
    }

    long tid() {
        return tid;
    }
}
