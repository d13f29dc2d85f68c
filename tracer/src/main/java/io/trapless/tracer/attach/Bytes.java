package io.trapless.tracer.attach;

/** Little-endian numbers in byte arrays, without the start-up cost of a VarHandle on the paths that run while a target is stopped. */
final class Bytes {
    private Bytes() {}

    static int getInt(byte[] bytes, int at) {
        return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
    }

    static long getLong(byte[] bytes, int at) {
        return (getInt(bytes, at) & 0xffffffffL) | (long) getInt(bytes, at + 4) << 32;
    }

    static void putShort(byte[] bytes, int at, long value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >> 8);
    }

    static void putInt(byte[] bytes, int at, long value) {
        putShort(bytes, at, value);
        putShort(bytes, at + 2, value >> 16);
    }

    static void putLong(byte[] bytes, int at, long value) {
        putInt(bytes, at, value);
        putInt(bytes, at + 4, value >> 32);
    }
}
