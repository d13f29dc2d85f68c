package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;
import org.jspecify.annotations.Nullable;

/** Where an argument stands at the instant of the site. A memory operand of a note is trusted: the compiler says that it can be read there. */
public sealed interface ArgumentLocation {
    /** Bytes: 1, 2, 4 or 8. */
    int sizeBytes();

    /** Whether the argument is sign-extended. */
    boolean signed();

    /**
     * @param highByte whether it is bits 8 to 15 of the register ({@code %ah} and its like); size 1
     */
    record InRegister(Gpr register, int sizeBytes, boolean signed, boolean highByte) implements ArgumentLocation {}

    /** {@code disp(base, index, scale)}, counted from the thread pointer if {@code threadLocal}. */
    record InMemory(
            @Nullable Gpr base,
            @Nullable Gpr index,
            int scale,
            int disp,
            boolean threadLocal,
            int sizeBytes,
            boolean signed)
            implements ArgumentLocation {}

    /** An argument above the return address of a function, {@code disp} bytes from the stack pointer: only as certain as that the function has so many arguments. */
    record OnStack(int disp) implements ArgumentLocation {
        @Override
        public int sizeBytes() {
            return 8;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /** {@code disp} bytes from where a register points, by debugging information, which nothing vouches for: it is read with care, and is 0 if it can't be. */
    record InUnprovenMemory(Gpr base, int disp, int sizeBytes, boolean signed) implements ArgumentLocation {}

    /** A register's value plus {@code disp}. */
    record Sum(Gpr base, int disp, int sizeBytes, boolean signed) implements ArgumentLocation {}

    /** A fixed address in the target. */
    record AtAddress(long address, int sizeBytes, boolean signed) implements ArgumentLocation {}

    record Immediate(long value, int sizeBytes, boolean signed) implements ArgumentLocation {}

    /** The low {@code sizeBytes} (4 or 8) bytes of a vector register; {@code number} 0 to 15. */
    record InVector(int number, int sizeBytes) implements ArgumentLocation {
        @Override
        public boolean signed() {
            return true;
        }
    }

    /** A System V x86-64 ABI integer argument at a function's entry (psABI 3.2.3): six in registers, the rest above the return address. */
    static ArgumentLocation ofFunction(int index) {
        if (index < SystemV.ARGUMENTS.length) {
            return new InRegister(SystemV.ARGUMENTS[index], 8, false, false);
        }
        return new OnStack(8 + 8 * (index - SystemV.ARGUMENTS.length));
    }
}
