package io.trapless.binary.x86;

/** A general-purpose register, in hardware order. The width is the instruction's, not the register's. */
public enum Gpr {
    RAX(0),
    RCX(1),
    RDX(2),
    RBX(3),
    RSP(4),
    RBP(5),
    RSI(6),
    RDI(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15);

    private static final Gpr[] VALUES = values();

    private final int id;

    Gpr(int id) {
        this.id = id;
    }

    /** The hardware number, 0 (rax) to 15 (r15). */
    public int id() {
        return id;
    }

    /** The register of a hardware number, 0 to 15. */
    public static Gpr of(int id) {
        return VALUES[id];
    }
}
