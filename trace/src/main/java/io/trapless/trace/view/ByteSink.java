package io.trapless.trace.view;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A large buffer of output bytes in front of a stream. A line is built without a check of the stream; {@link #endLine} passes the buffer on when it is nearly full. For one thread.
 */
final class ByteSink {
    private static final int FLUSH_SIZE = 1 << 18;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** "00" to "99": the first digit in the low byte. */
    private static final short[] TWO_DIGITS = new short[100];

    private static final byte[] HEX_DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LOWER_HEX_DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Room that every put of a number or a short text needs at most. */
    private static final int NUMBER_ROOM = 32;

    static {
        for (int i = 0; i < TWO_DIGITS.length; i++) {
            TWO_DIGITS[i] = (short) ('0' + i / 10 | ('0' + i % 10) << 8);
        }
    }

    private final OutputStream out;
    private byte[] bytes = new byte[FLUSH_SIZE + (1 << 16)];
    private int size;

    ByteSink(OutputStream out) {
        this.out = out;
    }

    /** Ends the line, and writes out if there is enough. */
    void endLine() throws IOException {
        put('\n');
        if (size >= FLUSH_SIZE) {
            flush();
        }
    }

    /** Writes out all that is there. */
    void flush() throws IOException {
        out.write(bytes, 0, size);
        out.flush();
        size = 0;
    }

    void put(char ascii) {
        ensure(1);
        bytes[size++] = (byte) ascii;
    }

    void put(byte[] text) {
        ensure(text.length);
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
    }

    void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    /** ASCII text. */
    void put(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[size++] = (byte) ascii.charAt(i);
        }
    }

    void putSigned(long value) {
        if (value >= 0) {
            putPositive(value);
            return;
        }
        put('-');
        if (value == Long.MIN_VALUE) {
            put("9223372036854775808");
        } else {
            putPositive(-value);
        }
    }

    void putUnsigned(long value) {
        if (value >= 0) {
            putPositive(value);
        } else {
            long quotient = Long.divideUnsigned(value, 10);
            putPositive(quotient);
            put((char) ('0' + value - quotient * 10));
        }
    }

    /** Two digits of 0 to 99. */
    void putTwoDigits(int value) {
        ensure(2);
        SHORT.set(bytes, size, TWO_DIGITS[value]);
        size += 2;
    }

    /** Nine digits of 0 to 999,999,999. */
    void putNineDigits(int value) {
        ensure(9);
        int position = size + 9;
        int rest = value;
        for (int i = 0; i < 4; i++) {
            int quotient = rest / 100;
            position -= 2;
            SHORT.set(bytes, position, TWO_DIGITS[rest - quotient * 100]);
            rest = quotient;
        }
        bytes[position - 1] = (byte) ('0' + rest);
        size += 9;
    }

    /** 0x and as many digits as it takes. */
    void putHex(long value) {
        ensure(NUMBER_ROOM);
        bytes[size++] = '0';
        bytes[size++] = 'x';
        int digits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 3) / 4);
        for (int i = digits - 1; i >= 0; i--) {
            bytes[size++] = HEX_DIGITS[(int) (value >>> (4 * i)) & 0xF];
        }
    }

    /** Two lower-case hexadecimal digits. */
    void putHexByte(int value) {
        ensure(2);
        bytes[size++] = LOWER_HEX_DIGITS[value >> 4 & 0xF];
        bytes[size++] = LOWER_HEX_DIGITS[value & 0xF];
    }

    private void putPositive(long value) {
        ensure(NUMBER_ROOM);
        long rest = value;
        int digits = digits(rest);
        int position = size + digits;
        size = position;
        while (rest > Integer.MAX_VALUE) {
            long quotient = rest / 100;
            position -= 2;
            SHORT.set(bytes, position, TWO_DIGITS[(int) (rest - quotient * 100)]);
            rest = quotient;
        }
        int small = (int) rest;
        while (small >= 100) {
            int quotient = small / 100;
            position -= 2;
            SHORT.set(bytes, position, TWO_DIGITS[small - quotient * 100]);
            small = quotient;
        }
        if (small >= 10) {
            SHORT.set(bytes, position - 2, TWO_DIGITS[small]);
        } else {
            bytes[position - 1] = (byte) ('0' + small);
        }
    }

    private static int digits(long value) {
        int digits = 1;
        long bound = 10;
        while (digits < 19 && value >= bound) {
            digits++;
            bound *= 10;
        }
        return digits;
    }

    private void ensure(int room) {
        if (bytes.length - size < room) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + room));
        }
    }
}
