package io.trapless.binary.elf;

/** A moving position in a {@link ByteView}; reads are checked like the view's. One thread at a time. */
public final class ByteCursor {
    private final ByteView view;
    private long position;

    public ByteCursor(ByteView view, long position) {
        this.view = view;
        this.position = position;
    }

    public long position() {
        return position;
    }

    public void position(long newPosition) {
        position = newPosition;
    }

    public int u8() throws ElfException {
        return view.u8(position++);
    }

    public int u16() throws ElfException {
        int value = view.u16(position);
        position += 2;
        return value;
    }

    public int s32() throws ElfException {
        int value = view.s32(position);
        position += 4;
        return value;
    }

    public long s64() throws ElfException {
        long value = view.s64(position);
        position += 8;
        return value;
    }

    /** Unsigned LEB128; digits beyond 64 bits are dropped, and more than 10 bytes are an error. */
    public long uleb128() throws ElfException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int digit = u8();
            if (shift < 64) {
                value |= (long) (digit & 0x7F) << shift;
            }
            if ((digit & 0x80) == 0) {
                return value;
            }
        }
        throw new ElfException(ElfError.MALFORMED, "LEB128 number of more than 10 bytes");
    }

    /** Signed LEB128, same limits. */
    public long sleb128() throws ElfException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int digit = u8();
            if (shift < 64) {
                value |= (long) (digit & 0x7F) << shift;
            }
            if ((digit & 0x80) == 0) {
                return shift < 57 && (digit & 0x40) != 0 ? value | -1L << (shift + 7) : value;
            }
        }
        throw new ElfException(ElfError.MALFORMED, "LEB128 number of more than 10 bytes");
    }
}
