package io.trapless.binary.dwarf;

/** Where the System V ABI for x86-64 (psABI, section 3.2.3) passes a parameter. */
public sealed interface ParameterPlace {
    /**
     * As whole numbers.
     *
     * @param first which of the function's arguments of 64 bits has its first 8 bytes: 0 to 5 are rdi, rsi, rdx, rcx, r8, r9, and 6 and on lie above the return address
     * @param count how many it takes, in order: 1 or 2; for what lies on the stack as many as there are
     */
    record Words(int first, int count) implements ParameterPlace {}

    /** In a vector register, or what can't be told. */
    record Elsewhere(String reason) implements ParameterPlace {}
}
