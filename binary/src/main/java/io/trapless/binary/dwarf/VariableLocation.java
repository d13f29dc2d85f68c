package io.trapless.binary.dwarf;

/** Where a variable is while one instruction is executed. Registers are numbered as in instructions: rax 0, rcx 1, rdx 2, rbx 3, rsp 4, rbp 5, rsi 6, rdi 7, r8 to r15. */
public sealed interface VariableLocation {
    /** In a general register. */
    record Register(int number) implements VariableLocation {}

    /** In memory, {@code offset} bytes from where a register points. */
    record Memory(int register, long offset) implements VariableLocation {}

    /** Its value is a register's plus {@code offset}. */
    record Sum(int register, long offset) implements VariableLocation {}

    record Constant(long value) implements VariableLocation {}

    /** In memory at an address of the file. */
    record Static(long address) implements VariableLocation {}

    /** It is nowhere, or in no single place of those above. */
    record Unavailable() implements VariableLocation {}
}
