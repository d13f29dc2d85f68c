package io.trapless.tracer.trampoline;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.linux.RseqArea;

/**
 * What the code of every site in one process is made against. All addresses are the target's.
 *
 * @param rings where the session's rings are mapped
 * @param enable where the enable bytes can be reached from the code region: within ±2 GB of it
 * @param cpuCount rings of each kind
 * @param subBufferSize bytes, a power of two
 * @param capacity bytes of a ring, a power of two, at most {@link #MAX_CAPACITY}
 * @param mode {@code SessionHeaderDescriptor.MODE_*}
 * @param rseq where the thread's rseq area is, or none
 * @param tidOffset offset of the thread id from the thread pointer (fs); {@link #NO_TID}: it has to be asked for
 * @param hasRdpid whether the CPU has {@code rdpid} (CPUID 7.ECX bit 22)
 * @param cyclesPerSecond TSC frequency
 * @param clock how TSC cycles become the nanoseconds of {@code nsecs}
 * @param pidCell a private cell of 4 bytes that is wiped on fork and holds the process id that records carry, 0 if it is not known, within ±2 GB of the code region
 * @param systemCalls whether an unproven pointer may be read by a system call
 */
public record ProcessFacts(
        long rings,
        long enable,
        int cpuCount,
        long subBufferSize,
        long capacity,
        int mode,
        Rseq rseq,
        int tidOffset,
        boolean hasRdpid,
        long cyclesPerSecond,
        NanosecondClock clock,
        long pidCell,
        boolean systemCalls) {

    /** The C library, or whatever the program has instead, keeps no thread id. */
    public static final int NO_TID = Integer.MIN_VALUE;

    /** A ring is addressed by 32-bit immediates. */
    public static final long MAX_CAPACITY = 1L << 30;

    long rseqRings() {
        return rings + SessionHeaderDescriptor.RINGS_OFFSET;
    }

    long atomicRings() {
        return rings + SessionHeaderDescriptor.atomicRingOffset(0, cpuCount, capacity);
    }

    /** The tables: mirrors, and behind them the first CPU's area of aggregations. */
    long tables() {
        return rings + SessionHeaderDescriptor.tablesOffset(cpuCount, capacity);
    }

    /** A position's offset in the data area is {@code position & dataMask}. */
    int dataMask() {
        return (int) (capacity - 1);
    }

    /**
     * The restartable-sequence area of a thread (kernel: include/uapi/linux/rseq.h).
     *
     * @param offset of the area from the thread pointer
     * @param signature the four bytes before every abort handler
     * @param registered whether libc registers it; if not, every event takes the atomic ring
     */
    public record Rseq(int offset, int signature, boolean registered) {
        public static final Rseq NONE = new Rseq(0, 0, false);

        int cpuId() {
            return offset + RseqArea.CPU_ID;
        }

        int criticalSection() {
            return offset + RseqArea.CRITICAL_SECTION;
        }
    }

    /**
     * {@code nanos = (tsc * multiplier >> 32) + offsetNanos}.
     */
    public record NanosecondClock(long multiplier, long offsetNanos) {}
}
