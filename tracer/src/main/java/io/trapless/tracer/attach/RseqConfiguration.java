package io.trapless.tracer.attach;

import io.trapless.tracer.linux.RseqArea;

/**
 * A thread's restartable-sequence area (include/uapi/linux/rseq.h, ptrace(2) PTRACE_GET_RSEQ_CONFIGURATION).
 *
 * @param address of {@code struct rseq}; 0: the thread has registered none, or the kernel cannot tell (before Linux 5.13)
 * @param size registered bytes
 * @param signature the four bytes that stand before each abort handler
 */
public record RseqConfiguration(long address, int size, int signature) {
    /** No registration. */
    public static final RseqConfiguration NONE = new RseqConfiguration(0, 0, 0);

    public boolean registered() {
        return address != 0;
    }

    /** If {@code rip} stands inside the critical section that the area names at present: the address of its abort handler; else 0. */
    long abortAddress(TargetProcess target, long rip) {
        byte[] section = new byte[32];
        if (!registered() || target.tryReadMemory(address + RseqArea.CRITICAL_SECTION, section, 0, 8) != 8) {
            return 0;
        }
        long descriptor = Bytes.getLong(section, 0);
        if (descriptor == 0 || target.tryReadMemory(descriptor, section, 0, 32) != 32) {
            return 0;
        }
        long start = Bytes.getLong(section, 8);
        long length = Bytes.getLong(section, 16);
        return Long.compareUnsigned(rip - start, length) < 0 ? Bytes.getLong(section, 24) : 0;
    }
}
