package io.trapless.binary.flow;

/** Why control may arrive at an address other than from the instruction before it; the first that applies is told. */
public enum TargetKind {
    /** A symbol or a frame description entry begins here. */
    FUNCTION_START(1),
    /** The destination of a direct branch or call somewhere in the image. */
    DIRECT(2),
    /** An entry of a table of 32-bit distances, as compilers make of a switch. */
    JUMP_TABLE(4),
    /** Formed by an instruction: RIP-relative, or as an absolute number where the image has a fixed address. */
    ADDRESS_TAKEN(8),
    /** In the data of the image: from a relocation, or a word that looks like the address. */
    POINTER(16),
    /** Exceptions, or the kernel after a disturbed restartable sequence, continue here. */
    LANDING_PAD(32);

    final byte bit;

    TargetKind(int bit) {
        this.bit = (byte) bit;
    }
}
