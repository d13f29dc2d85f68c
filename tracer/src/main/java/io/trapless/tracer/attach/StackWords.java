package io.trapless.tracer.attach;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** Null if {@code rsp} lies in none of the mappings. */
    static @Nullable StackWords read(TargetProcess target, List<MemoryMapping> mappings, long rsp) {
        for (int i = 0; i < mappings.size(); i++) {
            MemoryMapping mapping = mappings.get(i);
            if (mapping.contains(rsp)) {
                long start = Math.max(mapping.start(), (rsp - SignalFrame.RED_ZONE) & -Long.BYTES);
                long[] words = new long[(int) (Math.min(MAX_SIZE, mapping.end() - start) / Long.BYTES)];
                int size = target.tryReadWords(start, words);
                return new StackWords(start, size == words.length ? words : Arrays.copyOf(words, size));
            }
        }
        return null;
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
