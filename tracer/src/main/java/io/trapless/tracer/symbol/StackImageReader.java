package io.trapless.tracer.symbol;

import io.trapless.binary.unwind.FrameRow;
import io.trapless.binary.unwind.Unwinder;
import io.trapless.language.slice.CaptureType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/** Unwinds what was captured of a thread's registers and stack; the layout is that of {@link CaptureType.StackImage}. */
final class StackImageReader {
    /** DWARF's numbers of registers, by the hardware's. */
    private static final int[] DWARF_NUMBERS = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

    private StackImageReader() {}

    /** The frames, the innermost first; none if the bytes are no image. */
    static long[] unwind(byte[] image, Unwinder.CodeLookup codes, int maxFrames) {
        if (image.length < CaptureType.StackImage.HEADER_BYTES) {
            return new long[0];
        }
        ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        long readable = Math.clamp(bytes.getLong(0), 0, image.length - CaptureType.StackImage.HEADER_BYTES);
        long[] registers = new long[FrameRow.COLUMNS];
        for (int i = 0; i < DWARF_NUMBERS.length; i++) {
            registers[DWARF_NUMBERS[i]] = bytes.getLong(Long.BYTES * (i + 1));
        }
        registers[FrameRow.RETURN_ADDRESS] = bytes.getLong(Long.BYTES * (DWARF_NUMBERS.length + 1));
        long start = registers[FrameRow.RSP];
        Unwinder.Memory memory = address -> {
            long offset = address - start;
            return offset < 0 || offset > readable - Long.BYTES
                    ? OptionalLong.empty()
                    : OptionalLong.of(bytes.getLong((int) (CaptureType.StackImage.HEADER_BYTES + offset)));
        };
        return Unwinder.unwind(registers, memory, codes, maxFrames);
    }
}
