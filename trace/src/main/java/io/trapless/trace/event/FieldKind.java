package io.trapless.trace.event;

/** What a captured value is and how its bytes lie in a record: packed, little-endian. */
public sealed interface FieldKind {

    /** {@link #fixedSizeBytes} of a kind whose size depends on its bytes. */
    int VARIABLE = -1;

    /** Bytes of every value of this kind, or {@link #VARIABLE}. */
    int fixedSizeBytes();

    /**
     * An integer.
     *
     * @param sizeBytes 1, 2, 4 or 8
     * @param base the base that people want to see it in: 10, or 16 for addresses and flags
     */
    record Int(int sizeBytes, boolean signed, int base) implements FieldKind {
        public Int {
            if (sizeBytes != 1 && sizeBytes != 2 && sizeBytes != 4 && sizeBytes != 8) {
                throw new IllegalArgumentException("an integer of " + sizeBytes + " bytes");
            }
            if (base != 10 && base != 16) {
                throw new IllegalArgumentException("base " + base);
            }
        }

        @Override
        public int fixedSizeBytes() {
            return sizeBytes;
        }
    }

    /**
     * An IEEE 754 number.
     *
     * @param sizeBytes 4 or 8
     */
    record Real(int sizeBytes) implements FieldKind {
        public Real {
            if (sizeBytes != 4 && sizeBytes != 8) {
                throw new IllegalArgumentException("a floating point number of " + sizeBytes + " bytes");
            }
        }

        @Override
        public int fixedSizeBytes() {
            return sizeBytes;
        }
    }

    /** Text: bytes that ought to be UTF-8, and one NUL. */
    record Text() implements FieldKind {
        @Override
        public int fixedSizeBytes() {
            return VARIABLE;
        }
    }

    /** Addresses of code, such as the frames of a stack: an unsigned 16-bit count, then that many of 8 bytes. */
    record Addresses() implements FieldKind {
        @Override
        public int fixedSizeBytes() {
            return VARIABLE;
        }
    }

    /** A buffer: an unsigned 16-bit length, then that many bytes. */
    record Bytes() implements FieldKind {
        @Override
        public int fixedSizeBytes() {
            return VARIABLE;
        }
    }
}
