package io.trapless.language.types;

/**
 * Which bits of a little-endian number are a field: {@code (number >>> shiftBits) & ((1 << widthBits) - 1)}, sign-extended from {@code widthBits} if the field's type is signed.
 *
 * @param readBytes how many bytes to read at the field's offset: 1 to 8
 * @param shiftBits 0 to 63
 * @param widthBits 1 to 64
 */
public record BitField(int readBytes, int shiftBits, int widthBits) {
    /** The field's value out of {@code number}, the bytes read. Never negative, as bpftrace has it: C would extend the sign of a signed field. */
    public long extract(long number) {
        int unused = Long.SIZE - widthBits;
        return number >>> shiftBits << unused >>> unused;
    }
}
