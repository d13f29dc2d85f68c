package io.trapless.binary.x86;

/** The eight two-operand integer operations that share one encoding (Intel SDM volume 2, opcodes 00 to 3F and group 1). */
public enum Arithmetic {
    ADD(0),
    OR(1),
    ADC(2),
    SBB(3),
    AND(4),
    SUB(5),
    XOR(6),
    CMP(7);

    final int number;

    Arithmetic(int number) {
        this.number = number;
    }
}
