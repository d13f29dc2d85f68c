package io.trapless.binary.x86;

/** The segment base that is added to a memory operand; the other four are zero in 64-bit mode. */
public enum Segment {
    NONE,
    FS,
    GS
}
