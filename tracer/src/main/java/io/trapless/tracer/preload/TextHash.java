package io.trapless.tracer.preload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tells apart builds of a module that has no build id: {@code h = (h ^ word) * PRIME; h ^= h >>> 32} over 8-byte words. Not against a forger: whoever makes the module may do anything in the process
 * anyway.
 */
final class TextHash {
    static final long SEED = 0xCBF29CE484222325L;
    static final long PRIME = 0x00000100000001B3L;

    private TextHash() {}

    /** Of the whole words of {@code bytes}. */
    static long of(byte[] bytes) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long hash = SEED;
        for (int at = 0; at + 8 <= bytes.length; at += 8) {
            hash = (hash ^ words.getLong(at)) * PRIME;
            hash ^= hash >>> 32;
        }
        return hash;
    }
}
