package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.List;

/**
 * A restartable sequence that the program itself has (kernel {@code include/uapi/linux/rseq.h}, struct rseq_cs): no byte of it may be patched.
 *
 * @param descriptor the address of its struct rseq_cs
 * @param start the address of its first instruction
 * @param end the address after its last ({@code start_ip + post_commit_offset})
 * @param abort where the kernel sends a thread that was disturbed in it; the four bytes before it are the signature
 */
public record RseqCriticalSection(long descriptor, long start, long end, long abort) {
    private static final int DESCRIPTOR_SIZE = 32;

    static List<RseqCriticalSection> readAll(ElfFile file) throws ElfException {
        Section section = file.section("__rseq_cs");
        if (section == null || section.isNoBits()) {
            return List.of();
        }
        List<RseqCriticalSection> found = new ArrayList<>();
        for (long at = 0; at + DESCRIPTOR_SIZE <= section.sizeBytes(); at += DESCRIPTOR_SIZE) {
            long descriptor = section.address() + at;
            long start = file.pointerAt(descriptor + 8);
            long sizeBytes = file.readAt(descriptor + 16, 8).s64(0);
            long abort = file.pointerAt(descriptor + 24);
            if (start != 0 && sizeBytes > 0 && start + sizeBytes > start) {
                found.add(new RseqCriticalSection(descriptor, start, start + sizeBytes, abort));
            }
        }
        return List.copyOf(found);
    }
}
