package io.trapless.language.slice;

/** How a captured value lies in the record and how a reader shows it. */
public sealed interface CaptureType {
    /**
     * An integer, little-endian.
     *
     * @param sizeBytes 1, 2, 4 or 8
     * @param base how to print it; pointers are hexadecimal
     */
    record Int(int sizeBytes, boolean signed, Base base) implements CaptureType {}

    /**
     * An IEEE 754 number: only as an argument of a USDT probe, passed on as it is.
     *
     * @param sizeBytes 4 or 8
     */
    record Floating(int sizeBytes) implements CaptureType {}

    /**
     * A string: its bytes and one NUL.
     *
     * @param maxBytes the limit at which it is cut, the NUL not counted; 1 to {@link Limits#MAX_STRING_BYTES}
     */
    record Str(int maxBytes) implements CaptureType {}

    /**
     * A buffer: u16 length, then that many bytes.
     *
     * @param maxBytes the longest, the length not counted; 1 to {@link Limits#MAX_BUFFER_BYTES}
     */
    record Buf(int maxBytes) implements CaptureType {}

    /**
     * The frames of a user stack, the innermost first: u16 count, then that many addresses of 8 bytes.
     *
     * @param maxFrames the most, 1 to {@link Limits#MAX_FRAMES}
     */
    record Frames(int maxFrames) implements CaptureType {}

    /**
     * What a stack is unwound from outside: u16 size, then
     *
     * <pre>
     *   offset  size  what
     *   ------  ----  ------------------------------------------------------------------
     *        0     8  bytes of the stack that could be read
     *        8   128  rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15, as at the site
     *      136     8  address of the site
     *      144     n  memory from rsp on; behind what could be read, anything
     * </pre>
     *
     * <p>It is the last of its record's fields.
     *
     * @param stackBytes n
     */
    record StackImage(int stackBytes) implements CaptureType {
        /** Bytes before those of the stack. */
        public static final int HEADER_BYTES = 144;

        /** Bytes without the size that stands before them. */
        public int imageBytes() {
            return HEADER_BYTES + stackBytes;
        }
    }

    /** The number base in which a reader shows an integer. */
    enum Base {
        DEC,
        HEX
    }

    /** The most bytes that it can take in a record. */
    default int maxRecordBytes() {
        return switch (this) {
            case Int i -> i.sizeBytes();
            case Floating f -> f.sizeBytes();
            case Str s -> s.maxBytes() + 1;
            case Buf b -> b.maxBytes() + 2;
            case Frames f -> f.maxFrames() * Long.BYTES + 2;
            case StackImage s -> s.imageBytes() + 2;
        };
    }
}
