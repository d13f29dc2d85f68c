package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;

/** The parts of the System V x86-64 ABI that captures need. */
final class SystemV {
    /** Integer argument registers in order (psABI 3.2.3). */
    static final Gpr[] ARGUMENTS = {Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.RCX, Gpr.R8, Gpr.R9};

    /** Bytes below the stack pointer that belong to the function (psABI 3.2.2). */
    static final int RED_ZONE = 128;

    private SystemV() {}
}
