package io.trapless.binary.sdt;

/**
 * Where an argument's value stands when the site is reached. General registers have the numbers of the instruction encoding: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi,
 * 8 to 15 r8 to r15.
 */
public sealed interface UsdtOperand {
    /** No register. */
    int NONE = -1;

    /**
     * The low bytes of a general register; {@code sizeBytes} is the width of the register as it was named, which may differ from the argument's.
     *
     * @param highByte whether it is bits 8 to 15 (ah, ch, dh, bh)
     */
    record Register(int number, int sizeBytes, boolean highByte) implements UsdtOperand {}

    /** The low bytes of xmm0 to xmm31. */
    record VectorRegister(int number) implements UsdtOperand {}

    /** A number known when the program was compiled. */
    record Constant(long value) implements UsdtOperand {}

    /** An address within the module, which is itself the value; the load bias is to be added. */
    record AddressConstant(long address) implements UsdtOperand {}

    /** Memory at an address within the module, to which the load bias is to be added. */
    record StaticMemory(long address) implements UsdtOperand {}

    /**
     * Memory at segment base + base + index * scale + displacement.
     *
     * @param base register number or {@link #NONE}
     * @param index register number or {@link #NONE}
     * @param scale 1, 2, 4 or 8
     */
    record Memory(Segment segment, int base, int index, int scale, long displacement) implements UsdtOperand {}

    /** An operand that cannot be read; the probe's other arguments still can. */
    record Unsupported(String reason) implements UsdtOperand {}

    /** Whose base is added. */
    enum Segment {
        NONE,
        FS,
        GS
    }
}
