package io.trapless.tracer.preload;

import java.util.List;

/**
 * One file and what is to be armed wherever it is loaded. Addresses are the file's own.
 *
 * @param fileName last part of its path
 * @param programHeaders as the file has them
 * @param buildId may be empty
 * @param buildIdAddress where it is loaded
 * @param codeAddress where the first executable segment is loaded
 * @param code that segment's bytes; needed where there is no build id
 * @param low address of its first page
 * @param high address behind its last byte
 * @param texts executable segments
 * @param semaphores addresses of 16-bit counters to raise, in writable memory
 * @param source compiles its sites
 */
public record PreloadModule(
        String fileName,
        byte[] programHeaders,
        byte[] buildId,
        long buildIdAddress,
        long codeAddress,
        byte[] code,
        long low,
        long high,
        List<Text> texts,
        List<Long> semaphores,
        CodeSource source) {
    public PreloadModule {
        texts = List.copyOf(texts);
        semaphores = List.copyOf(semaphores);
    }

    /** An executable segment, and the protection (mmap(2)) that it has. */
    public record Text(long address, long end, int protection) {}

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
