package io.trapless.tracer.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Mappings of the tracer's own address space. */
public final class Memory {
    public static final int PROT_NONE = 0;
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int PROT_EXEC = 4;
    public static final int MAP_SHARED = 1;
    public static final int MAP_PRIVATE = 2;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_FIXED_NOREPLACE = 0x100000;

    private static final int MAP_NORESERVE = 0x4000;
    private static final int MADV_HUGEPAGE = 14;
    private static final long HUGE_PAGE = 2L << 20;

    private Memory() {}

    /** Maps {@code size} bytes anywhere; {@code fd} is -1 with MAP_ANONYMOUS. The segment lives until {@link #unmap}.
     *
     * @throws LinuxException with the kernel's reason
     */
    @SuppressWarnings("restricted") // the kernel vouches for address and size
    public static MemorySegment map(int fd, long size, int protection, int flags) {
        long address = LinuxException.check(Syscalls.call(Syscalls.MMAP, 0, size, protection, flags, fd, 0), "mmap");
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    /**
     * Zeroed memory of whole pages that goes with its arena. An arena's own is zeroed by a loop, which a cold JVM interprets: 8 MiB take it some 15 ms; and here a page that is not used is none.
     *
     * @throws LinuxException with the kernel's reason
     */
    @SuppressWarnings("restricted") // the kernel vouches for address and size
    public static MemorySegment allocate(long size, Arena arena) {
        MemorySegment mapping = map(-1, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
        return mapping.reinterpret(arena, Memory::unmap);
    }

    /**
     * Zeroed memory that is freed when nobody refers to it any more, in pages of 2 MiB where the kernel grants them (madvise(2): {@code MADV_HUGEPAGE}): the first access to a page costs some microseconds, and under a hypervisor that shadows page tables ten times as much. Any
     * thread.
     *
     * @param size bytes
     * @throws LinuxException with the kernel's reason
     */
    @SuppressWarnings("restricted") // the kernel vouches for address and size
    public static MemorySegment allocateLarge(long size) {
        MemorySegment mapping =
                map(-1, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
        long start = (mapping.address() + HUGE_PAGE - 1) & -HUGE_PAGE;
        // A kernel without such pages says EINVAL, and gives small ones.
        Syscalls.call(Syscalls.MADVISE, start, size, MADV_HUGEPAGE);
        return mapping.reinterpret(Arena.ofAuto(), Memory::unmap).asSlice(start - mapping.address(), size);
    }

    /** Changes the protection of a whole mapping. */
    public static void protect(MemorySegment mapping, int protection) {
        LinuxException.check(
                Syscalls.call(Syscalls.MPROTECT, mapping.address(), mapping.byteSize(), protection), "mprotect");
    }

    /** Unmaps; nobody may touch the segment afterwards. */
    public static void unmap(MemorySegment mapping) {
        Syscalls.call(Syscalls.MUNMAP, mapping.address(), mapping.byteSize());
    }
}
