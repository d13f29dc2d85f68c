package io.trapless.binary.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A read-only little-endian window on bytes that nobody has vouched for: every access is checked, and one outside throws {@link ElfException} with
 * {@link ElfError#TRUNCATED}. Offsets are relative to the window. Immutable as long as the array is left alone; any thread may read.
 */
public final class ByteView {
    public static final ByteView EMPTY = new ByteView(new byte[0], 0, 0);

    private final byte[] array;
    private final int start;
    private final int size;
    private final ByteBuffer buffer;

    private ByteView(byte[] array, int start, int size) {
        this.array = array;
        this.start = start;
        this.size = size;
        this.buffer = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A view of the whole array, which is not copied. */
    public static ByteView of(byte[] bytes) {
        return new ByteView(bytes, 0, bytes.length);
    }

    public int size() {
        return size;
    }

    /** The part {@code [offset, offset + sizeBytes)} of this view; no copy. */
    public ByteView slice(long offset, long sizeBytes) throws ElfException {
        if (offset < 0 || sizeBytes < 0 || offset > size || sizeBytes > size - offset) {
            throw outside(offset, sizeBytes);
        }
        return new ByteView(array, start + (int) offset, (int) sizeBytes);
    }

    public int u8(long offset) throws ElfException {
        return array[check(offset, 1)] & 0xFF;
    }

    public int u16(long offset) throws ElfException {
        return buffer.getShort(check(offset, 2)) & 0xFFFF;
    }

    public int s32(long offset) throws ElfException {
        return buffer.getInt(check(offset, 4));
    }

    public long u32(long offset) throws ElfException {
        return s32(offset) & 0xFFFF_FFFFL;
    }

    public long s64(long offset) throws ElfException {
        return buffer.getLong(check(offset, 8));
    }

    /** The NUL-terminated UTF-8 string at {@code offset}; a string that no NUL ends within the view is an error. */
    public String string(long offset) throws ElfException {
        int length = stringLength(offset);
        return new String(array, start + (int) offset, length, StandardCharsets.UTF_8);
    }

    /** Bytes of the NUL-terminated string at {@code offset}, without the NUL. */
    public int stringLength(long offset) throws ElfException {
        int from = check(offset, 1);
        int to = from;
        int end = start + size;
        while (to < end && array[to] != 0) {
            to++;
        }
        if (to == end) {
            throw outside(offset, to - from + 1L);
        }
        return to - from;
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
        return start == 0 && size == array.length ? array.clone() : Arrays.copyOfRange(array, start, start + size);
    }

    /**
     * The bytes without a copy where the view covers its whole array: callers must not write into it.
     */
    public byte[] bytes() {
        return start == 0 && size == array.length ? array : toByteArray();
    }

    private int check(long offset, int sizeBytes) throws ElfException {
        if (offset < 0 || offset > (long) size - sizeBytes) {
            throw outside(offset, sizeBytes);
        }
        return start + (int) offset;
    }

    private ElfException outside(long offset, long sizeBytes) {
        return new ElfException(ElfError.TRUNCATED, "bytes " + offset + "+" + sizeBytes + " asked of " + size);
    }
}
