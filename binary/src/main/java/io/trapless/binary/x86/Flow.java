package io.trapless.binary.x86;

/** Where control goes after an instruction. */
public enum Flow {
    /** To the next instruction, always. */
    NEXT,
    /** To a target in the instruction ({@code jmp rel}). */
    JUMP,
    /** To a target in the instruction or to the next one, by flags ({@code jcc}). */
    CONDITIONAL_JUMP,
    /** As {@link #CONDITIONAL_JUMP}, by rcx, with an 8-bit displacement only ({@code loop, loope, loopne, jrcxz}). */
    LOOP,
    /** A direct near call. */
    CALL,
    /** To an address in a register or in memory. */
    INDIRECT_JUMP,
    /** A call of an address in a register or in memory. */
    INDIRECT_CALL,
    /** A near return ({@code ret, ret n}), or a return of another kind to a place that the stack or the kernel names ({@code iret, sysret, uiret}). */
    RETURN,
    /** Start of a transaction: the target is where an abort continues. */
    XBEGIN,
    /** Raises an exception or an interrupt, or stops: {@code int3, int n, int1, ud0/ud1/ud2, hlt}. */
    TRAP,
    /** {@code syscall}, {@code sysenter}. */
    SYSCALL,
    /** A far jump, call or return. */
    FAR
}
