package io.trapless.tracer.trampoline;

/** How often vfork children come by that {@link VforkCallCode} does not make known. Such a child borrows its parent's rseq area, which the kernel does not keep for it. */
public enum UnknownChildren {
    NONE,
    /** The CPU of the area is compared with the hardware's: that leaves a child out which runs on another CPU than its parent did, and not one that is preempted behind the comparison. */
    RARE,
    /** Nothing is recorded within a restartable sequence. */
    OFTEN
}
