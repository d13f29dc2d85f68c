package io.trapless.tracer.attach;

import java.util.List;

/** The used part of a stack: from a stack pointer to the end of its mapping, and the red zone below. */
final class StackWords {
    /** A main thread's stack may be of any size; deeper frames than this are not looked at. */
    private static final int MAX_SIZE = 64 << 20;

    private final long address;
    private final byte[] bytes;
    private final int size;

    private StackWords(long address, byte[] bytes, int size) {
        this.address = address;
        this.bytes = bytes;
        this.size = size;
    }

    static StackWords read(TargetProcess target, List<MemoryMapping> mappings, long rsp) {
        for (MemoryMapping mapping : mappings) {
            if (mapping.contains(rsp)) {
                long start = Math.max(mapping.start(), (rsp - SignalFrame.RED_ZONE) & -8);
                byte[] bytes = new byte[(int) Math.min(MAX_SIZE, mapping.end() - start)];
                return new StackWords(start, bytes, target.tryReadMemory(start, bytes, 0, bytes.length));
            }
        }
        return new StackWords(rsp, new byte[0], 0);
    }

    /** Address of the first byte, a multiple of 8. */
    long address() {
        return address;
    }

    /** Bytes that could be read. */
    int size() {
        return size;
    }

    long word(int offset) {
        return Bytes.getLong(bytes, offset);
    }

    boolean contains(long anAddress) {
        return anAddress >= address && anAddress < address + size;
    }
}
