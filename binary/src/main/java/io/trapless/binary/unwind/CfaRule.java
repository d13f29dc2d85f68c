package io.trapless.binary.unwind;

import io.trapless.binary.elf.ByteView;

/** How the canonical frame address is found. */
public sealed interface CfaRule {
    /** Register + {@code bytes}. */
    record RegisterPlus(int register, long bytes) implements CfaRule {}

    /** What {@code program} computes, such as in a procedure linkage table. */
    record Expression(ByteView program) implements CfaRule {}
}
