package io.trapless.binary.unwind;

import io.trapless.binary.elf.ByteView;

/** How a register of the caller is found. CFA is the canonical frame address: the stack pointer before the call. */
public sealed interface RegisterRule {
    /** It can't be had; of the return address: there is no caller. */
    record Undefined() implements RegisterRule {}

    /** It still has its value. */
    record SameValue() implements RegisterRule {}

    /** It was saved at CFA + {@code bytes}. */
    record AtOffset(long bytes) implements RegisterRule {}

    /** It is CFA + {@code bytes}. */
    record ValueOffset(long bytes) implements RegisterRule {}

    /** It is in another register. */
    record InRegister(int register) implements RegisterRule {}

    /** It was saved at the address that {@code program} computes; CFA is on its stack at the beginning. */
    record AtExpression(ByteView program) implements RegisterRule {}

    /** It is what {@code program} computes; CFA is on its stack at the beginning. */
    record ValueExpression(ByteView program) implements RegisterRule {}
}
