package io.trapless.tracer.linux;

/** The restartable-sequence area of a thread, {@code struct rseq} (kernel: include/uapi/linux/rseq.h): offsets in bytes, and what we store there. */
public final class RseqArea {
    /** 32 bits: the CPU, or a negative number. {@code cpu_id_start} at offset 0 is not used: tcmalloc overlays it. */
    public static final int CPU_ID = 4;

    /** 64 bits: the address of the sequence's descriptor, or 0. */
    public static final int CRITICAL_SECTION = 8;

    /** Stands for no CPU, and is none of the kernel's own ways to say so (-1: not registered yet, -2: registering failed). glibc and tcmalloc take whatever is negative for not registered. */
    public static final int NO_CPU = -0x54;

    /** From a thread's pointer, not from its area: where a thread control block of glibc's holds its own address ({@code tcbhead_t.self}). Who does not find it has no area of glibc's before him. */
    public static final int TCB_SELF = 16;

    private RseqArea() {}
}
