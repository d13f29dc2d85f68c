package io.trapless.binary.x86;

/** A condition code, in hardware order: the low four bits of Jcc, SETcc and CMOVcc (Intel SDM volume 1, appendix B). */
public enum Condition {
    O(0),
    NO(1),
    B(2),
    AE(3),
    E(4),
    NE(5),
    BE(6),
    A(7),
    S(8),
    NS(9),
    P(10),
    NP(11),
    L(12),
    GE(13),
    LE(14),
    G(15);

    private static final Condition[] VALUES = values();

    private final int id;

    Condition(int id) {
        this.id = id;
    }

    /** The hardware number, 0 (O) to 15 (G). */
    public int id() {
        return id;
    }

    /** The condition of the low four bits of an opcode. */
    public static Condition of(int opcode) {
        return VALUES[opcode & 0xF];
    }

    /** The condition that holds exactly when this one does not. */
    public Condition negate() {
        return VALUES[id ^ 1];
    }
}
