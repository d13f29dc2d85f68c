/**
 * x86-64 machine code as bytes: decoding with lengths, operands and effects on registers and flags, and the questions that patching asks of it.
 * Everything works on arrays that the caller has read; where the bytes came from, which process runs them and what will be written is not known here.
 * No ELF, no symbols, no I/O.
 */
@org.jspecify.annotations.NullMarked
package io.trapless.binary.x86;
