package io.trapless.trace.view;

import io.trapless.trace.event.FieldKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A position that moves over an event's values, in order. The bytes have been checked by the trace reader. */
final class ValueReader {
    static final int FLOAT = 100;
    static final int DOUBLE = 101;
    static final int TEXT = 102;
    static final int BYTES = 103;
    static final int ADDRESSES = 104;

    private static final int SIGNED = 16;
    private static final int HEX = 32;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment segment = MemorySegment.NULL;
    private long offset;

    /** The code of an integer: its size, and flags. */
    static int code(FieldKind.Int kind) {
        return kind.sizeBytes() | (kind.signed() ? SIGNED : 0) | (kind.base() == 16 ? HEX : 0);
    }

    static boolean isInteger(int code) {
        return code < FLOAT;
    }

    static boolean isHex(int code) {
        return (code & HEX) != 0;
    }

    static boolean isSigned(int code) {
        return (code & SIGNED) != 0;
    }

    void set(MemorySegment newSegment, long newOffset) {
        segment = newSegment;
        offset = newOffset;
    }

    /** An integer, extended to 64 bits by its sign or by zeros; moves on. */
    long integer(int code) {
        long at = offset;
        boolean signed = isSigned(code);
        offset = at + (code & 0xF);
        return switch (code & 0xF) {
            case 1 -> signed ? segment.get(ValueLayout.JAVA_BYTE, at) : segment.get(ValueLayout.JAVA_BYTE, at) & 0xFFL;
            case 2 -> signed ? segment.get(SHORT, at) : segment.get(SHORT, at) & 0xFFFFL;
            case 4 -> signed ? segment.get(INT, at) : segment.get(INT, at) & 0xFFFFFFFFL;
            default -> segment.get(LONG, at);
        };
    }

    /** The bits of an integer of base 16, without the extension of a sign; does not move. */
    static long hexBits(int code, long value) {
        int size = code & 0xF;
        return size == Long.BYTES ? value : value & ((1L << (size * Byte.SIZE)) - 1);
    }

    /** An address; moves on. */
    long nextAddress() {
        long value = segment.get(LONG, offset);
        offset += Long.BYTES;
        return value;
    }

    float nextFloat() {
        float value = Float.intBitsToFloat(segment.get(INT, offset));
        offset += Float.BYTES;
        return value;
    }

    double nextDouble() {
        double value = Double.longBitsToDouble(segment.get(LONG, offset));
        offset += Double.BYTES;
        return value;
    }

    /** Moves over a value. */
    void skip(int code) {
        if (isInteger(code)) {
            offset += code & 0xF;
            return;
        }
        switch (code) {
            case FLOAT -> offset += Float.BYTES;
            case DOUBLE -> offset += Double.BYTES;
            case BYTES -> {
                int length = length();
                offset += length;
            }
            case ADDRESSES -> {
                long size = (long) Long.BYTES * length();
                offset += size;
            }
            default -> {
                while (nextByte() != 0) {
                    // The text was seen to end.
                }
            }
        }
    }

    /** One byte, 0 to 255; moves on. */
    int nextByte() {
        return segment.get(ValueLayout.JAVA_BYTE, offset++) & 0xFF;
    }

    /** The length before a buffer's bytes; moves on to these. */
    int length() {
        int length = segment.get(SHORT, offset) & 0xFFFF;
        offset += Short.BYTES;
        return length;
    }

    /** Bytes of a UTF-8 character behind its first byte {@code lead}, if they are there and well-formed (Unicode 16, table 3-7); otherwise 0. Does not move. */
    int continuationBytes(int lead) {
        int count;
        int low = 0x80;
        int high = 0xBF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            count = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            count = 2;
            low = lead == 0xE0 ? 0xA0 : low;
            high = lead == 0xED ? 0x9F : high;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            count = 3;
            low = lead == 0xF0 ? 0x90 : low;
            high = lead == 0xF4 ? 0x8F : high;
        } else {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            // A NUL ends the text and is no continuation, so this never looks beyond it.
            int next = segment.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
            if (next < low || next > high) {
                return 0;
            }
            low = 0x80;
            high = 0xBF;
        }
        return count;
    }
}
