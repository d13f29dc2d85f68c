package io.trapless.script.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Byte strings of records. Programs see the same few again and again, as keys of maps above all, so those seen last are kept: a known one is not made anew, and has its hash code already. For one thread.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class TextCache {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** 2^64 divided by the golden ratio: Knuth's multiplicative hashing. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final int BITS = 10;

    /** Longer ones are seldom the same. */
    private static final int MAX_WORDS = 16;

    private final @Nullable Entry[] entries = new @Nullable Entry[1 << BITS];
    private long[] words = new long[MAX_WORDS];
    private int length;

    /** @param words the bytes, eight to a word, and zeros behind them */
    private record Entry(long[] words, String text) {}

    /** The string at an offset, up to its NUL, which is there. */
    String text(MemorySegment segment, long offset) {
        int count = load(segment, offset);
        if (count > MAX_WORDS) {
            return make(count);
        }
        long hash = 0;
        for (int i = 0; i < count; i++) {
            hash = (hash ^ words[i]) * GOLDEN;
        }
        int at = (int) (hash >>> Long.SIZE - BITS);
        Entry known = entries[at];
        if (known != null && Arrays.equals(known.words, 0, known.words.length, words, 0, count)) {
            return known.text;
        }
        String text = make(count);
        entries[at] = new Entry(Arrays.copyOf(words, count), text);
        return text;
    }

    /** Loads the bytes into {@link #words}, the NUL not counted; returns how many words they take. */
    private int load(MemorySegment segment, long offset) {
        long size = segment.byteSize();
        int count = 0;
        length = 0;
        while (true) {
            long word = offset + length + Long.BYTES <= size
                    ? segment.get(LONG, offset + length)
                    : lastWord(segment, offset + length, size);
            long zeros = word - ONES & ~word & HIGH_BITS;
            int bytes = zeros == 0 ? Long.BYTES : Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            if (bytes > 0) {
                if (count == words.length) {
                    words = Arrays.copyOf(words, 2 * count);
                }
                words[count++] = bytes == Long.BYTES ? word : word & (1L << Byte.SIZE * bytes) - 1;
                length += bytes;
            }
            if (zeros != 0) {
                return count;
            }
        }
    }

    /** The last bytes of a segment, and zeros. */
    private static long lastWord(MemorySegment segment, long offset, long size) {
        long word = 0;
        for (long at = size - 1; at >= offset; at--) {
            word = word << Byte.SIZE | segment.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
        }
        return word;
    }

    private String make(int count) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < count; i++) {
            long word = words[i];
            for (int at = Long.BYTES * i; at < Math.min(length, Long.BYTES * (i + 1)); at++) {
                bytes[at] = (byte) word;
                word >>>= Byte.SIZE;
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
