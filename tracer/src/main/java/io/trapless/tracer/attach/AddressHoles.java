package io.trapless.tracer.attach;

import java.util.List;

/** Finds free address space near a module. Pure. */
final class AddressHoles {
    /** A 32-bit displacement, less some room for its being counted from an instruction's end. */
    private static final long REACH = (1L << 31) - (1L << 20);

    /** vm.mmap_min_addr's usual value. */
    private static final long LOWEST = 0x10000;

    /** First address behind user space with 47 bits (Documentation/arch/x86/x86_64/mm.rst), one page kept free. */
    private static final long HIGHEST = 0x7fff_ffff_f000L;

    /** Kept free on both sides of a mapping, so that the kernel merges nothing. */
    private static final long GAP = 4096;

    /** Kept free above the heap of brk(2) and below the stack, which both grow: what one would like to keep, and the least. */
    private static final long[] GROWTH = {1L << 30, 64L << 20, 16L << 20};

    private AddressHoles() {}

    /**
     * The free range nearest to a module.
     *
     * @param mappings in order of address
     * @param breakStart where the heap begins, 0 if not known
     * @param rangeStart the module's first address
     * @param rangeEnd the first address behind it
     * @param size bytes, whole pages
     * @return its address; 0 if there is none within reach
     */
    static long nearest(List<MemoryMapping> mappings, long breakStart, long rangeStart, long rangeEnd, long size) {
        for (long growth : GROWTH) {
            long address = nearest(mappings, breakStart, rangeStart, rangeEnd, size, growth);
            if (address != 0) {
                return address;
            }
        }
        return 0;
    }

    private static long nearest(
            List<MemoryMapping> mappings, long breakStart, long rangeStart, long rangeEnd, long size, long growth) {
        long lowest = Math.max(LOWEST, rangeEnd - REACH);
        long highest = Math.min(HIGHEST, rangeStart + REACH);
        long best = 0;
        long bestDistance = Long.MAX_VALUE;
        long holeStart = LOWEST;
        for (int i = 0; i <= mappings.size(); i++) {
            MemoryMapping next = i < mappings.size() ? mappings.get(i) : null;
            long holeEnd = next == null ? HIGHEST : next.start() - (next.path().equals("[stack]") ? growth : GAP);
            long start = pages(Math.max(lowest, afterBreak(holeStart, holeEnd, breakStart, growth)));
            long end = Math.min(highest, holeEnd) & -4096;
            if (end - start >= size) {
                long address = holeStart >= rangeEnd ? start : end - size;
                long distance = holeStart >= rangeEnd ? address - rangeEnd : rangeStart - address;
                if (distance < bestDistance) {
                    best = address;
                    bestDistance = distance;
                }
            }
            if (next != null) {
                holeStart = next.end() + (next.path().equals("[heap]") ? growth : GAP);
            }
        }
        return best;
    }

    /** The part of a hole that the heap will not grow into: a hole in which the heap begins is used only far above it. */
    private static long afterBreak(long holeStart, long holeEnd, long breakStart, long growth) {
        boolean inside = breakStart >= holeStart - GAP && breakStart < holeEnd;
        return inside ? breakStart + growth : holeStart;
    }

    private static long pages(long address) {
        return (address + 4095) & -4096;
    }
}
