package io.trapless.language.slice;

/** Bounds of one clause. Fields are staged on the target's stack and their faults are reported in 16 bits, so they are small. */
public final class Limits {
    /** Fields of one event. */
    public static final int MAX_CAPTURES = 32;

    /** Fields that have a bit in {@code _fault} and {@code _cut}: the first so many. */
    public static final int MAX_FAULT_BITS = 16;

    /** Bytes of a {@code str()} without a length. */
    public static final int DEFAULT_STRING_BYTES = 64;

    public static final int MAX_STRING_BYTES = 240;
    public static final int MAX_BUFFER_BYTES = 240;

    /** Frames of a user stack: as many as bpftrace's {@code ustack} has without a limit. */
    public static final int MAX_FRAMES = 127;

    /** Bytes of a stack that are captured to be unwound outside. */
    public static final int STACK_IMAGE_BYTES = 8192;

    /** The highest N of {@code argN}. */
    public static final int MAX_ARGUMENT = 31;

    /** Levels of nesting of one value, so that a compiler may recurse. */
    public static final int MAX_DEPTH = 64;

    private Limits() {}
}
