package io.trapless.tracer.attach;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The used part of a stack: from a stack pointer to the end of its mapping, and the red zone below. */
final class StackWords {
    /** A main thread's stack may be of any size; deeper frames than this are not looked at. */
    private static final int MAX_SIZE = 64 << 20;

    private final long address;
    private final long[] words;

    private StackWords(long address, long[] words) {
        this.address = address;
        this.words = words;
    }

    static StackWords read(TargetProcess target, List<MemoryMapping> mappings, long rsp) {
        for (MemoryMapping mapping : mappings) {
            if (mapping.contains(rsp)) {
                long start = Math.max(mapping.start(), (rsp - SignalFrame.RED_ZONE) & -Long.BYTES);
                byte[] bytes = new byte[(int) Math.min(MAX_SIZE, mapping.end() - start)];
                int size = target.tryReadMemory(start, bytes, 0, bytes.length);
                long[] words = new long[Math.max(0, size) / Long.BYTES];
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asLongBuffer()
                        .get(words);
                return new StackWords(start, words);
            }
        }
        return new StackWords(rsp, new long[0]);
    }

    /** Address of the first word, a multiple of 8. */
    long address() {
        return address;
    }

    /** The words, the lowest address first; threads stand still while they are looked through, mostly by an interpreter. */
    long[] words() {
        return words;
    }

    boolean contains(long anAddress) {
        return anAddress >= address && anAddress < address + (long) words.length * Long.BYTES;
    }
}
